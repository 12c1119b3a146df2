import { adminCreateUser, adminSetUserPassword } from "./admin-create-user.ts";
import {
  adminDeleteUser,
  adminDisableUser,
  adminGetUser,
  adminUserGlobalSignOut,
  listUsers,
} from "./admin-users.ts";
import { adminAddUserToGroup } from "./groups.ts";
import type { Input } from "./input.ts";
import { changePassword, getUser } from "./own-account.ts";
import { updateUserAttributes, verifyUserAttribute } from "./own-attributes.ts";
import type { Pool } from "./pool.ts";
import { confirmForgotPassword, forgotPassword } from "./reset-password.ts";
import { initiateAuth } from "./sign-in.ts";
import { revokeToken } from "./sign-out.ts";
import { confirmSignUp, resendConfirmationCode, signUp } from "./sign-up.ts";

type Operation = (pool: Pool, input: Input) => Promise<object>;

/** Calls anybody may make; those on an account carry its access token in the body. */
export const publicOperations = new Map<string, Operation>([
  ["SignUp", signUp],
  ["ConfirmSignUp", confirmSignUp],
  ["ResendConfirmationCode", resendConfirmationCode],
  ["InitiateAuth", initiateAuth],
  ["RevokeToken", revokeToken],
  ["GetUser", getUser],
  ["ForgotPassword", forgotPassword],
  ["ConfirmForgotPassword", confirmForgotPassword],
  ["ChangePassword", changePassword],
  ["UpdateUserAttributes", updateUserAttributes],
  ["VerifyUserAttribute", verifyUserAttribute],
]);

/** Calls that AWS takes only with a signature (IAM). */
export const signedOperations = new Map<string, Operation>([
  ["AdminGetUser", adminGetUser],
  ["ListUsers", listUsers],
  ["AdminCreateUser", adminCreateUser],
  ["AdminSetUserPassword", adminSetUserPassword],
  ["AdminDeleteUser", adminDeleteUser],
  ["AdminDisableUser", adminDisableUser],
  ["AdminUserGlobalSignOut", adminUserGlobalSignOut],
  ["AdminAddUserToGroup", adminAddUserToGroup],
]);
