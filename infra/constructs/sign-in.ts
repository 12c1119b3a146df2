import { Duration, SecretValue, Stack } from "aws-cdk-lib";
import {
  CfnManagedLoginBranding,
  ManagedLoginVersion,
  OAuthScope,
  ProviderAttribute,
  type UserPool,
  UserPoolClient,
  UserPoolClientIdentityProvider,
  UserPoolIdentityProviderGoogle,
  UserPoolIdentityProviderOidc,
} from "aws-cdk-lib/aws-cognito";
import { Construct, type IDependable } from "constructs";
import type { Stage } from "../stages.ts";

type Provider = Stage["identityProviders"][number];

export type SignInVariable = "SIGN_IN_URL" | "SIGN_IN_SCOPES" | "SIGN_IN_CALLBACK_URLS" | "SIGN_IN_PROVIDERS";

export interface SignInProps {
  readonly stage: Stage;
  readonly pool: UserPool;
}

/** What the sign-in page gives to whoever signs in on it. */
const scopes = [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE, OAuthScope.COGNITO_ADMIN];

/** The console, too, wherever its address is known before it is deployed. */
function callbackUrlsOf({ callbackUrls, identityProviders, domain }: Stage): string[] {
  const isOffered = domain !== undefined && identityProviders.length > 0;
  return [...new Set([...callbackUrls, ...(isOffered ? [`https://${domain.name}/`] : [])])];
}

/** How people sign in: a client without a secret, the hosted page and, when they are configured, social providers. */
export class SignIn extends Construct {
  readonly client: UserPoolClient;
  readonly pageUrl: string;

  constructor(scope: Construct, id: string, { stage, pool }: SignInProps) {
    super(scope, id);
    const providers = stage.identityProviders.map((provider) => this.addProvider(pool, provider));
    this.client = this.addClient(pool, stage);
    this.client.node.addDependency(...providers);

    const { account } = Stack.of(this);
    const domain = pool.addDomain("Page", {
      // Names are shared by all of AWS; the account's number keeps this one apart.
      cognitoDomain: { domainPrefix: `parley-${stage.name}-${account}` },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    this.pageUrl = domain.baseUrl();
    new CfnManagedLoginBranding(this, "Style", {
      userPoolId: pool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
  }

  /** What `GET /v1/auth/providers` tells; nothing where the client may not use the page. */
  variables(stage: Stage): Record<SignInVariable, string | undefined> {
    const { identityProviders } = stage;
    const callbackUrls = callbackUrlsOf(stage);
    const isHosted = callbackUrls.length > 0;
    const joined = (list: readonly string[]) => (isHosted && list.length > 0 ? list.join(",") : undefined);
    return {
      SIGN_IN_URL: isHosted ? this.pageUrl : undefined,
      SIGN_IN_SCOPES: joined(scopes.map(({ scopeName }) => scopeName)),
      SIGN_IN_CALLBACK_URLS: joined(callbackUrls),
      SIGN_IN_PROVIDERS: joined(
        identityProviders.map((provider) =>
          provider.kind === "google" ? "google:Google" : `oidc:${provider.name}`,
        ),
      ),
    };
  }

  private addClient(pool: UserPool, stage: Stage): UserPoolClient {
    const callbackUrls = callbackUrlsOf(stage);
    const isHosted = callbackUrls.length > 0;
    return new UserPoolClient(this, "Client", {
      userPool: pool,
      generateSecret: false,
      authFlows: { userPassword: true, userSrp: true },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: Duration.hours(1),
      idTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.days(30),
      disableOAuth: !isHosted,
      ...(isHosted && {
        oAuth: {
          flows: { authorizationCodeGrant: true },
          callbackUrls,
          logoutUrls: callbackUrls,
          scopes,
        },
      }),
      supportedIdentityProviders: [
        UserPoolClientIdentityProvider.COGNITO,
        ...stage.identityProviders.map((provider) =>
          provider.kind === "google"
            ? UserPoolClientIdentityProvider.GOOGLE
            : UserPoolClientIdentityProvider.custom(provider.name),
        ),
      ],
    });
  }

  private addProvider(userPool: UserPool, provider: Provider): IDependable {
    const secret = SecretValue.secretsManager(provider.clientSecretName);
    if (provider.kind === "google") {
      return new UserPoolIdentityProviderGoogle(this, "Google", {
        userPool,
        clientId: provider.clientId,
        clientSecretValue: secret,
        scopes: ["openid", "email", "profile"],
        attributeMapping: { email: ProviderAttribute.GOOGLE_EMAIL, fullname: ProviderAttribute.GOOGLE_NAME },
      });
    }
    return new UserPoolIdentityProviderOidc(this, provider.name, {
      userPool,
      name: provider.name,
      issuerUrl: provider.issuerUrl,
      clientId: provider.clientId,
      // Cognito's resource takes it as text; CloudFormation resolves the reference and shows neither.
      clientSecret: secret.unsafeUnwrap(),
      scopes: provider.scopes,
      attributeMapping: {
        email: ProviderAttribute.other("email"),
        fullname: ProviderAttribute.other("name"),
      },
    });
  }
}
