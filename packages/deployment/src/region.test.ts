import { expect, test } from "vitest";
import { resolveRegion } from "./region.ts";

const profile = async () => "sa-east-1";

test.each([
  ["eu-west-1", { AWS_REGION: "us-east-1" }, "eu-west-1", "of the stage"],
  [undefined, { AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-west-2" }, "us-east-1", "of AWS_REGION"],
  [undefined, { AWS_REGION: "", AWS_DEFAULT_REGION: "us-west-2" }, "us-west-2", "of AWS_DEFAULT_REGION"],
  [undefined, {}, "sa-east-1", "of your AWS profile"],
])("of stage %s and %o it takes %s", async (stageRegion, environment, region, source) => {
  expect(await resolveRegion(stageRegion, environment, profile)).toEqual({ region, source });
});

test("without any it says what to set", async () => {
  const nothing = () => Promise.reject(new Error("Region is missing"));
  await expect(resolveRegion(undefined, {}, nothing)).rejects.toThrow(
    /^No AWS region is set: export AWS_REGION/,
  );
});
