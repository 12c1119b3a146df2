import { variableOf } from "@parley/settings/read-settings";
import type { Stack } from "aws-cdk-lib";
import { Grant, type IGrantable } from "aws-cdk-lib/aws-iam";
import type { Stage } from "../stages.ts";

/** What functions that know the models are told of them. */
export function modelVariables({ models }: Stage) {
  const { openaiBaseUrl, openaiModels = [], providers = [] } = models;
  return {
    OPENAI_BASE_URL: openaiBaseUrl,
    OPENAI_MODELS: openaiModels.length === 0 ? undefined : variableOf(openaiModels),
    PROVIDERS: providers.length === 0 ? undefined : variableOf(providers),
  };
}

// An inference profile passes on to its model in several regions.
const profile = /^(?:us|us-gov|eu|apac|jp|au|ca|global)\./;

/** Lets a function call the models of Bedrock that the stage lists, and no others. */
export function grantBedrock(scope: Stack, grantee: IGrantable, { models }: Stage): void {
  const bedrock = (models.providers ?? []).filter(({ kind }) => kind === "bedrock");
  const resourceArns = bedrock.flatMap(({ region = scope.region, models: listed }) =>
    listed.flatMap(({ name }) => {
      const isProfile = profile.test(name);
      const model = `arn:${scope.partition}:bedrock:${isProfile ? "*" : region}::foundation-model/${name.replace(profile, "")}`;
      const own = `arn:${scope.partition}:bedrock:${region}:${scope.account}:inference-profile/${name}`;
      return isProfile ? [own, model] : [model];
    }),
  );
  if (resourceArns.length === 0) return;
  Grant.addToPrincipal({ grantee, actions: ["bedrock:InvokeModelWithResponseStream"], resourceArns });
}
