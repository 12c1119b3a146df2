import { callerSettings } from "@parley/composition/settings";
import {
  ALLOWED_DOMAINS,
  MAILS_PER_ADDRESS_PER_HOUR,
  MAILS_PER_SOURCE_PER_HOUR,
  MAX_RUNNING_REPLIES,
  MAX_WAITING_REPLIES,
  PUSH_URL,
  SIGN_IN_CALLBACK_URLS,
  SIGN_IN_PROVIDERS,
  SIGN_IN_SCOPES,
  SIGN_IN_URL,
  SIGN_UP,
  USER_POOL_CLIENT_ID,
  USER_POOL_ID,
} from "@parley/settings/definitions";

/** The environment of the auth routes. The SDK reads AWS_REGION and the local endpoint by itself. */
export const settings = {
  ...callerSettings,
  USER_POOL_ID,
  USER_POOL_CLIENT_ID,
  SIGN_IN_URL,
  SIGN_IN_SCOPES,
  SIGN_IN_CALLBACK_URLS,
  SIGN_IN_PROVIDERS,
  SIGN_UP,
  ALLOWED_DOMAINS,
  PUSH_URL,
  MAILS_PER_ADDRESS_PER_HOUR,
  MAILS_PER_SOURCE_PER_HOUR,
  MAX_RUNNING_REPLIES,
  MAX_WAITING_REPLIES,
};
