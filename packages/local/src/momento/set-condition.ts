import type { cache } from "@gomomento/generated-types";

type Condition = Pick<
  cache.cache_client._SetIfRequest,
  "condition" | "equal" | "not_equal" | "absent_or_equal" | "present_and_not_equal"
>;

/** Whether the present value (undefined: none) lets a conditional write happen. An unknown condition never does. */
export function meets(request: Condition, present: Uint8Array | undefined): boolean {
  const is = (wanted: { value_to_check: Uint8Array }) =>
    present !== undefined && Buffer.compare(present, wanted.value_to_check) === 0;
  switch (request.condition) {
    case "absent":
      return present === undefined;
    case "present":
      return present !== undefined;
    case "equal":
      return is(request.equal);
    case "not_equal":
      return !is(request.not_equal);
    case "absent_or_equal":
      return present === undefined || is(request.absent_or_equal);
    case "present_and_not_equal":
      return present !== undefined && !is(request.present_and_not_equal);
    case "none":
      return false;
  }
}
