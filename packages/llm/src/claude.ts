/** Which Claude a provider's name of a model means, as a number such as 4.6; undefined where it is none. */
function versionOf(name: string): number | undefined {
  const [, major, minor = "0"] = /claude-(?:[a-z]+-)?(\d)(?:[-.](\d))?(?!\d)/.exec(name) ?? [];
  return major === undefined ? undefined : Number(`${major}.${minor}`);
}

/** Whether it decides itself how much to think, by an effort; earlier ones are given a budget. */
export function thinksByEffort(name: string): boolean {
  return (versionOf(name) ?? 0) >= 4.6;
}

/** Whether it can think at all, and so takes an effort. */
export function canThink(name: string): boolean {
  return (versionOf(name) ?? 0) >= 4;
}

/** Whether it refuses `temperature` and `top_p`. */
export function refusesSampling(name: string): boolean {
  return (versionOf(name) ?? 0) >= 4.7;
}

/** Whether it cannot be kept from thinking. */
export function alwaysThinks(name: string): boolean {
  return /claude-(opus-5-5|fable|mythos)/.test(name);
}

/** Whether it calls thinking before an answer off by another name. */
export function thinksBetweenTools(name: string): boolean {
  return /claude-sonnet-5-5/.test(name);
}
