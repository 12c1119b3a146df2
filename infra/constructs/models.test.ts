import { App, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { expect, test } from "vitest";
import { resolveStage } from "../stages.ts";
import { grantBedrock, modelVariables } from "./models.ts";

const claude = "eu.anthropic.claude-haiku-4-5-20251001-v1:0";
const stage = resolveStage(
  "test",
  {},
  {
    defaults: {
      test: {
        models: {
          providers: [
            { name: "groq", kind: "openai", baseUrl: "https://api.groq.com/openai/v1", models: [] },
            { name: "bedrock", kind: "bedrock", region: "eu-central-1", models: [{ name: claude }] },
            { name: "here", kind: "bedrock", models: [{ name: "amazon.nova-lite-v1:0" }] },
          ],
        },
      },
    },
  },
);

function grantsOf(given: typeof stage) {
  const stack = new Stack(new App(), "Test", { env: { region: "us-west-2", account: "123456789012" } });
  const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  grantBedrock(stack, role, given);
  const policies = Object.values(Template.fromStack(stack).findResources("AWS::IAM::Policy"));
  return policies.flatMap((policy) => policy.Properties.PolicyDocument.Statement);
}

test("the worker may call the models of Bedrock that the stage lists, and no others", () => {
  const arn = (rest: string) => ({
    "Fn::Join": ["", ["arn:", { Ref: "AWS::Partition" }, `:bedrock:${rest}`]],
  });
  expect(grantsOf(stage)).toEqual([
    {
      Effect: "Allow",
      Action: "bedrock:InvokeModelWithResponseStream",
      Resource: [
        arn(`eu-central-1:123456789012:inference-profile/${claude}`),
        arn("*::foundation-model/anthropic.claude-haiku-4-5-20251001-v1:0"),
        arn("us-west-2::foundation-model/amazon.nova-lite-v1:0"),
      ],
    },
  ]);
  expect(grantsOf(resolveStage("dev"))).toEqual([]);
});

test("functions are told of the providers as they are written, and of none where there is none", () => {
  expect(JSON.parse(modelVariables(stage).PROVIDERS ?? "")).toEqual(stage.models.providers);
  expect(modelVariables(resolveStage("dev"))).toEqual({
    OPENAI_BASE_URL: undefined,
    OPENAI_MODELS: undefined,
    PROVIDERS: undefined,
  });
});
