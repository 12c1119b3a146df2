import { expect, test } from "vitest";
import { type AddPersonOptions, addPerson } from "./add-person.ts";
import { requireEmail } from "./require-email.ts";
import { stackOutput } from "./stack-output.ts";

/** A pool that has the given people, and what it was asked. */
function userPool(...people: string[]) {
  const calls: [string, Record<string, unknown>][] = [];
  const send = async (command: { constructor: { name: string }; input: Record<string, unknown> }) => {
    const name = command.constructor.name.replace("Command", "");
    calls.push([name, command.input]);
    if (name === "AdminCreateUser" && people.includes(String(command.input.Username))) {
      throw Object.assign(new Error("exists"), { name: "UsernameExistsException" });
    }
    return {};
  };
  return { client: { send } as unknown as AddPersonOptions["client"], calls };
}

const person = { userPoolId: "us-east-1_a", email: "ada@example.com", isAdmin: true };

test("a new admin is invited with a password that nobody knows", async () => {
  const { client, calls } = userPool();
  expect(await addPerson({ ...person, client })).toBe("invited");
  expect(calls.map(([name]) => name)).toEqual([
    "AdminCreateUser",
    "AdminSetUserPassword",
    "AdminAddUserToGroup",
  ]);
  expect(calls[0]?.[1]).toMatchObject({ MessageAction: "SUPPRESS", Username: "ada@example.com" });
  const { Password, Permanent } = calls[1]?.[1] ?? {};
  expect(Permanent).toBe(true);
  expect(Password).toMatch(/^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)(?=.*[^\w]).{32,}$/);
});

test("who is there keeps their password", async () => {
  const { client, calls } = userPool("ada@example.com");
  expect(await addPerson({ ...person, client })).toBe("was there");
  expect(calls.map(([name]) => name)).toEqual(["AdminCreateUser", "AdminAddUserToGroup"]);
});

test("a member joins no group", async () => {
  const { client, calls } = userPool();
  await addPerson({ ...person, client, isAdmin: false });
  expect(calls.map(([name]) => name)).toEqual(["AdminCreateUser", "AdminSetUserPassword"]);
});

test.each(["ada", "ada@", "--stage"])("%s is no address", (text) => {
  expect(() => requireEmail(text)).toThrow(`${text} is not an e-mail address.`);
  expect(requireEmail("ada@example.com")).toBe("ada@example.com");
});

test("a stage that is not deployed has no outputs", async () => {
  type Client = Parameters<typeof stackOutput>[0];
  const absent = async () => {
    throw new Error("Stack with id Parley-dev-Auth does not exist");
  };
  const without = async () => ({ Stacks: [{ Outputs: [{ OutputKey: "A", OutputValue: "1" }] }] });
  for (const send of [absent, without]) {
    const output = stackOutput({ send } as unknown as Client, "Parley-dev-Auth", "UserPoolId");
    await expect(output).rejects.toThrow(/There is no stack Parley-dev-Auth .*: deploy the stage first\.$/);
  }
  expect(await stackOutput({ send: without } as unknown as Client, "x", "A")).toBe("1");
});
