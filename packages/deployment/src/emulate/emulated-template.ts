import * as z from "zod/mini";
import { isEmulated } from "./requests.ts";

const resourceSchema = z.looseObject({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
  DeletionPolicy: z.optional(z.string()),
});
export const templateSchema = z.looseObject({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z._default(z.record(z.string(), z.unknown()), {}),
});
export type Template = z.output<typeof templateSchema>;

/** An output of a stack that has been made. */
export type FindOutput = (stackName: string, outputName: string) => string | undefined;

interface Intrinsic {
  readonly Ref?: unknown;
  readonly "Fn::GetAtt"?: [string, string];
  readonly "Fn::GetStackOutput"?: { StackName: string; OutputName: string };
}

const arnOf = (id: string) => `arn:aws:emulated:us-east-1:123456789012:${id}`;

/**
 * A template without what the emulator cannot make. References to that become its name, and another stack's outputs,
 * which the emulator cannot read by itself, their values.
 * @throws Error where an output does not exist
 */
export function emulatedTemplate(template: Template, findOutput: FindOutput): Template {
  const typeOf = (id: string) => template.Resources[id]?.Type ?? "";
  const isLeftOut = (id: unknown): id is string =>
    typeof id === "string" && id in template.Resources && !isEmulated(typeOf(id));
  const hasArn = (id: string) => typeOf(id).startsWith("AWS::SecretsManager::");

  // The emulator looks at ARNs in policies.
  const referenceTo = (id: string) => (hasArn(id) ? arnOf(id) : id);
  const attributeOf = (id: string, name: string) => (name.endsWith("Arn") ? arnOf(id) : `${id}.${name}`);

  function outputOf({ StackName, OutputName }: { StackName: string; OutputName: string }): string {
    const found = findOutput(StackName, OutputName);
    if (found === undefined) throw new Error(`The stack ${StackName} has no output ${OutputName}.`);
    return found;
  }

  function replaced(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(replaced);
    const { Ref: id, "Fn::GetAtt": attribute, "Fn::GetStackOutput": output } = value as Intrinsic;
    if (isLeftOut(id)) return referenceTo(id);
    if (attribute !== undefined && isLeftOut(attribute[0])) return attributeOf(...attribute);
    if (output !== undefined) return outputOf(output);
    // A rule of all protocols has no ports, which moto asks for.
    const ports = "IpProtocol" in value && !("FromPort" in value) ? { FromPort: -1, ToPort: -1 } : {};
    return Object.fromEntries(
      Object.entries({ ...value, ...ports }).map(([name, inner]) => [name, replaced(inner)]),
    );
  }

  const kept = Object.entries(template.Resources).filter(([id]) => !isLeftOut(id));
  const Resources = Object.fromEntries(
    kept.map(([id, { DependsOn = [], ...resource }]) => {
      const others = [DependsOn].flat().filter((other) => !isLeftOut(other));
      return [
        id,
        { ...(replaced(resource) as typeof resource), ...(others.length > 0 && { DependsOn: others }) },
      ];
    }),
  );
  return { ...template, Resources, Outputs: replaced(template.Outputs) as Template["Outputs"] };
}
