import { execFileSync } from "node:child_process";
import { beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { type Synthesis, synthesise } from "./testing/synthesise.ts";

const overrides = { database: "aurora" };
let made: Synthesis;
beforeAll(async () => {
  made = await synthesise("dev", { overrides, natImageId: "ami-0123456789abcdef0" });
});

test("the stack waits until the NAT instance has said that it works, and so do the migrations", () => {
  const [instance] = made.ofType("AWS::EC2::Instance");
  expect(instance?.CreationPolicy).toEqual({ ResourceSignal: { Count: 1, Timeout: "PT10M" } });
  const schema = z.object({
    "Fn::Base64": z.object({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) }),
  });
  const [, pieces] = schema.parse(instance?.Properties.UserData)["Fn::Base64"]["Fn::Join"];
  const script = pieces.map((piece) => (typeof piece === "string" ? piece : "region")).join("");
  expect(script).toContain(`cfn-signal --stack Parley-dev-Database --resource ${instance?.id} `);
  expect(script).toMatch(/swapon.*\n(?:.*\n)*.*for attempt in .*dnf install/);
  // Throws where the shell does not understand it.
  execFileSync("bash", ["-n"], { input: script });
  const [trigger] = made.ofType("Custom::Trigger");
  expect(trigger?.DependsOn).toContain(instance?.id);
});

test("its image is the one that is deployed, since another one would replace it", () => {
  const [instance] = made.ofType("AWS::EC2::Instance");
  expect(instance?.Properties.ImageId).toBe("ami-0123456789abcdef0");
  expect(made.templates.get("Parley-dev-Database")?.Outputs.NatImageId).toMatchObject({
    Value: "ami-0123456789abcdef0",
  });
});
