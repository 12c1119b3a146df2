import { execFileSync, spawnSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as z from "zod/mini";
import { type Synthesis, synthesise } from "./testing/synthesise.ts";

const overrides = { database: "aurora" };
let made: Synthesis;
beforeAll(async () => {
  made = await synthesise("dev", { overrides, natImageId: "ami-0123456789abcdef0" });
});

/** What the instance runs when it starts. */
function userData(): string {
  const [instance] = made.ofType("AWS::EC2::Instance");
  const schema = z.object({
    "Fn::Base64": z.object({ "Fn::Join": z.tuple([z.string(), z.array(z.unknown())]) }),
  });
  const [, pieces] = schema.parse(instance?.Properties.UserData)["Fn::Base64"]["Fn::Join"];
  return pieces.map((piece) => (typeof piece === "string" ? piece : "region")).join("");
}

/** Commands of the instance, each of which notes that it was called. */
const fakes: Readonly<Record<string, string>> = {
  dd: "",
  mkswap: "",
  swapon: "",
  sleep: "",
  sysctl: "",
  systemctl: "",
  dnf: '[ "$(grep -c ^dnf "$CALLS")" -gt "$FAILED_INSTALLS" ] && touch "$MACHINE/installed"',
  nft: '[ -e "$MACHINE/installed" ]',
  "cfn-signal": "",
};

/** Runs it on a machine of fakes, whose package manager fails so many times. */
async function start(failedInstalls: number) {
  const machine = await mkdtemp(join(tmpdir(), "parley-nat-"));
  const inside = (path: string) => join(machine, path);
  const calls = inside("calls");
  try {
    for (const folder of ["opt/aws/bin", "etc/sysctl.d", "etc/sysconfig"])
      await mkdir(inside(folder), { recursive: true });
    for (const file of ["calls", "swapfile", "etc/fstab"]) await writeFile(inside(file), "");
    for (const [name, body] of Object.entries(fakes)) {
      const file = inside(join("opt/aws/bin", name));
      await writeFile(file, `#!/bin/bash\necho "${name} $*" >> "$CALLS"\n${body}\n`);
      await chmod(file, 0o755);
    }
    const script = userData().replaceAll(/(?<![\w#!])\/(?=etc|opt|swapfile)/g, `${machine}/`);
    const PATH = `${inside("opt/aws/bin")}:/usr/bin:/bin`;
    const env = { PATH, CALLS: calls, MACHINE: machine, FAILED_INSTALLS: String(failedInstalls) };
    spawnSync("bash", ["-s"], { input: script, env });
    const called = (await readFile(calls, "utf8")).trim().split("\n");
    return {
      installs: called.filter((line) => line.startsWith("dnf")).length,
      signal: called.at(-1)?.replace(/.* (-e \d+)$/, "$1"),
      rules: await readFile(inside("etc/sysconfig/nftables.conf"), "utf8"),
      forwarding: await readFile(inside("etc/sysctl.d/90-nat.conf"), "utf8"),
    };
  } finally {
    await rm(machine, { recursive: true, force: true });
  }
}

test("the NAT instance repeats a failed installation, and says how its set-up ended", async () => {
  expect(await start(3)).toEqual({
    installs: 4,
    signal: "-e 0",
    rules: expect.stringContaining("masquerade"),
    forwarding: "net.ipv4.ip_forward = 1\n",
  });
  expect(await start(100)).toMatchObject({ installs: 10, signal: "-e 1" });
});

test("the stack waits until the NAT instance has said that it works, and so do the migrations", () => {
  const [instance] = made.ofType("AWS::EC2::Instance");
  expect(instance?.CreationPolicy).toEqual({ ResourceSignal: { Count: 1, Timeout: "PT10M" } });
  const script = userData();
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
