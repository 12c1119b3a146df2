import type { allAnswers } from "@parley/contract/answers/all";
import type { allRoutes } from "@parley/contract/routes/all";

type AllRoutes = typeof allRoutes;

/** The routes of the contract as they are written here: `GET /v1/me`. */
export type RoutesByKey = {
  [Name in keyof AllRoutes as `${AllRoutes[Name]["method"]} ${AllRoutes[Name]["path"]}`]: AllRoutes[Name];
};

/** What each answers. */
export type AnswersByKey = {
  [Name in keyof AllRoutes as `${AllRoutes[Name]["method"]} ${AllRoutes[Name]["path"]}`]: (typeof allAnswers)[Name];
};

export type RouteKey = keyof RoutesByKey;

/** Every operation of the client by its resource. The compiler compares the routes with the contract. */
export const operations = {
  auth: {
    register: "POST /v1/auth/register",
    confirm: "POST /v1/auth/confirm",
    resendCode: "POST /v1/auth/resend-code",
    login: "POST /v1/auth/login",
    refresh: "POST /v1/auth/refresh",
    logout: "POST /v1/auth/logout",
    forgotPassword: "POST /v1/auth/forgot-password",
    resetPassword: "POST /v1/auth/reset-password",
    signOutEverywhere: "POST /v1/auth/sign-out-everywhere",
    changePassword: "POST /v1/auth/change-password",
    changeEmail: "POST /v1/auth/change-email",
    confirmEmail: "POST /v1/auth/confirm-email",
    providers: "GET /v1/auth/providers",
  },
  config: { get: "GET /v1/config" },
  pushTickets: { create: "POST /v1/push-tickets" },
  me: {
    get: "GET /v1/me",
    update: "PATCH /v1/me",
    delete: "DELETE /v1/me",
    export: "GET /v1/me/export",
    tokens: "GET /v1/me/tokens",
    ledger: "GET /v1/me/tokens/ledger",
    usage: "GET /v1/me/usage",
  },
  apiKeys: {
    list: "GET /v1/api-keys",
    create: "POST /v1/api-keys",
    delete: "DELETE /v1/api-keys/{apiKeyId}",
  },
  conversations: {
    list: "GET /v1/conversations",
    create: "POST /v1/conversations",
    get: "GET /v1/conversations/{conversationId}",
    update: "PATCH /v1/conversations/{conversationId}",
    delete: "DELETE /v1/conversations/{conversationId}",
    restore: "POST /v1/conversations/{conversationId}/restore",
    fork: "POST /v1/conversations/{conversationId}/fork",
    estimate: "POST /v1/conversations/{conversationId}/estimate",
    pinNote: "PUT /v1/conversations/{conversationId}/notes/{noteId}",
    unpinNote: "DELETE /v1/conversations/{conversationId}/notes/{noteId}",
  },
  messages: {
    list: "GET /v1/conversations/{conversationId}/messages",
    send: "POST /v1/conversations/{conversationId}/messages",
    get: "GET /v1/conversations/{conversationId}/messages/{messageId}",
    edit: "PATCH /v1/conversations/{conversationId}/messages/{messageId}",
    delete: "DELETE /v1/conversations/{conversationId}/messages/{messageId}",
    askAgain: "POST /v1/conversations/{conversationId}/messages/{messageId}/replies",
    rate: "PUT /v1/conversations/{conversationId}/messages/{messageId}/feedback",
    removeFeedback: "DELETE /v1/conversations/{conversationId}/messages/{messageId}/feedback",
    search: "GET /v1/messages",
    similar: "GET /v1/messages/similar",
  },
  replies: {
    list: "GET /v1/conversations/{conversationId}/replies",
    get: "GET /v1/replies/{replyId}",
    context: "GET /v1/replies/{replyId}/context",
    cancel: "POST /v1/replies/{replyId}/cancel",
  },
  systemPrompts: {
    list: "GET /v1/system-prompts",
    create: "POST /v1/system-prompts",
    get: "GET /v1/system-prompts/{systemPromptId}",
    update: "PATCH /v1/system-prompts/{systemPromptId}",
    delete: "DELETE /v1/system-prompts/{systemPromptId}",
  },
  notes: {
    list: "GET /v1/notes",
    create: "POST /v1/notes",
    similar: "GET /v1/notes/similar",
    get: "GET /v1/notes/{noteId}",
    update: "PATCH /v1/notes/{noteId}",
    delete: "DELETE /v1/notes/{noteId}",
  },
  models: { list: "GET /v1/models" },
  admin: {
    users: "GET /v1/admin/users",
    user: "GET /v1/admin/users/{userId}",
    updateUser: "PATCH /v1/admin/users/{userId}",
    deleteUser: "DELETE /v1/admin/users/{userId}",
    grantTokens: "POST /v1/admin/users/{userId}/tokens",
    stats: "GET /v1/admin/stats",
    usage: "GET /v1/admin/usage",
    replies: "GET /v1/admin/replies",
    retryReply: "POST /v1/admin/replies/{replyId}/retry",
    audit: "GET /v1/admin/audit",
    models: "GET /v1/admin/models",
    model: "GET /v1/admin/models/{modelId}",
    writeModel: "PUT /v1/admin/models/{modelId}",
    deleteModel: "DELETE /v1/admin/models/{modelId}",
    forgetLearnt: "DELETE /v1/admin/models/{modelId}/learnt",
    discoverModels: "POST /v1/admin/models/discover",
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, RouteKey>>>>;

type Table = typeof operations;

/** The routes that the client offers. */
export type OfferedKey = { [R in keyof Table]: Table[R][keyof Table[R]] }[keyof Table];
