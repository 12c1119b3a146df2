import { expect, test } from "vitest";
import { coverageOf, coverageSums, coverageTable } from "./coverage.ts";
import { emulatedTemplate, templateSchema } from "./emulated-template.ts";
import { requestFaults } from "./requests.ts";

const template = templateSchema.parse({
  Resources: {
    Api: { Type: "AWS::ApiGatewayV2::Api", Properties: { Name: "parley", ProtocolType: "HTTP" } },
    Role: {
      Type: "AWS::IAM::Role",
      DependsOn: ["Api", "Queue"],
      Properties: { Of: { Ref: "Api" }, At: { "Fn::GetAtt": ["Pool", "Arn"] } },
    },
    Queue: { Type: "AWS::SQS::Queue", DependsOn: "Api" },
    Pool: { Type: "AWS::Cognito::UserPool" },
    Migrations: { Type: "Custom::Trigger" },
  },
  Outputs: {
    Id: { Value: { Ref: "Api" } },
    Url: { Value: { "Fn::GetStackOutput": { StackName: "Parley-dev-Other", OutputName: "Url" } } },
  },
});

test("a template loses what the emulator cannot make, and keeps a name in each place that means it", () => {
  const made = emulatedTemplate(template, (stack, output) => `${output} of ${stack}`);
  expect(made).toEqual({
    Resources: {
      Role: {
        Type: "AWS::IAM::Role",
        DependsOn: ["Queue"],
        Properties: { Of: "Api", At: "arn:aws:emulated:us-east-1:123456789012:Pool" },
      },
      Queue: { Type: "AWS::SQS::Queue", Properties: {} },
    },
    Outputs: { Id: { Value: "Api" }, Url: { Value: "Url of Parley-dev-Other" } },
  });
  expect(() => emulatedTemplate(template, () => undefined)).toThrow(
    "The stack Parley-dev-Other has no output Url.",
  );
});

test("each resource is made, checked or said to be neither", () => {
  const { rows, faults } = coverageOf("Api", template, new Set(["Role"]));
  expect(faults).toEqual(["Api: the emulator has not made Queue, an AWS::SQS::Queue."]);
  expect(coverageSums(rows)).toBe("2 checked by shape, 2 made by the emulator, 1 not covered");
  expect(coverageTable(rows).split("\n")).toContain("| Api | not covered | Custom::Trigger 1 |");
});

const alarm = {
  ComparisonOperator: "GreaterThanThreshold",
  EvaluationPeriods: 3,
  Dimensions: [{ Name: "QueueName", Value: { Ref: "Queue" } }],
};

test.each([
  [alarm, []],
  [{ ...alarm, Threshold: "0" }, []],
  [{ ...alarm, Treshold: 0 }, ["Treshold is unknown"]],
  [{ ...alarm, Threshold: "none" }, ["Threshold is of another kind"]],
  [{ ...alarm, Dimensions: { Name: "QueueName" } }, ["Dimensions is no list"]],
  [{ ...alarm, Dimensions: [{ Nam: "QueueName" }] }, ["Dimensions[0].Nam is unknown"]],
])("of an alarm with %o the SDK's model says %o", (properties, faults) => {
  expect(requestFaults("AWS::CloudWatch::Alarm", properties)).toEqual(faults);
});

test("what a call cannot do without is missed, and what CloudFormation names by itself is not", () => {
  expect(requestFaults("AWS::Cognito::UserPool", { EnabledMfas: ["SOFTWARE_TOKEN_MFA"] })).toEqual([]);
  expect(requestFaults("AWS::ApiGatewayV2::Route", { ApiId: { Ref: "Api" } })).toEqual([
    "RouteKey is missing",
  ]);
});
