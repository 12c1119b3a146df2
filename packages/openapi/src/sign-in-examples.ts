const email = "ada@example.com";
const password = "Correct-Horse-7";
const code = "123456";
const codeDelivery = { destination: "a***@e***", medium: "email" };
const tokens = {
  accessToken: "eyJraWQiOi…",
  idToken: "eyJraWQiOi…",
  refreshToken: "eyJjdHkiOi…",
  expiresIn: 3_600,
  tokenType: "Bearer",
};

/** Of the routes that sign people up and in. */
export const signInExamples = {
  register: {
    body: { email, password, displayName: "Ada" },
    responses: { 201: { userConfirmed: false, codeDelivery } },
  },
  confirm: { body: { email, code }, responses: {} },
  resendCode: { body: { email }, responses: { 202: { codeDelivery } } },
  login: { body: { email, password }, responses: { 200: tokens } },
  refresh: { body: { refreshToken: tokens.refreshToken }, responses: { 200: tokens } },
  logout: { body: { refreshToken: tokens.refreshToken }, responses: {} },
  forgotPassword: { body: { email }, responses: { 202: { codeDelivery } } },
  resetPassword: { body: { email, code, password }, responses: {} },
  getProviders: {
    responses: {
      200: {
        signInPage: {
          authorizeUrl:
            "https://parley-prod-123456789012.auth.us-east-1.amazoncognito.com/oauth2/authorize?client_id=4h57&response_type=code&scope=openid+email",
          tokenUrl: "https://parley-prod-123456789012.auth.us-east-1.amazoncognito.com/oauth2/token",
          clientId: "4h57",
          scopes: ["openid", "email"],
          callbackUrls: ["https://chat.example.com/"],
        },
        providers: [
          {
            name: "Google",
            kind: "google",
            authorizeUrl:
              "https://parley-prod-123456789012.auth.us-east-1.amazoncognito.com/oauth2/authorize?client_id=4h57&response_type=code&scope=openid+email&identity_provider=Google",
          },
        ],
      },
    },
  },
  getConfig: {
    responses: {
      200: {
        name: "Parley",
        version: "0.1.0",
        pushUrl: "wss://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod",
        signIn: { signUp: "open", captcha: null, signInPage: null, providers: [] },
        limits: {
          messageCharacters: 32_768,
          bodyBytes: 262_144,
          runningReplies: 4,
          waitingReplies: 20,
        },
      },
    },
  },
  changePassword: {
    body: { currentPassword: password, newPassword: "Better-Horse-8" },
    responses: { 200: tokens },
  },
  changeEmail: { body: { email }, responses: { 202: { codeDelivery } } },
  confirmEmail: { body: { code }, responses: {} },
  signOutEverywhere: { responses: {} },
};
