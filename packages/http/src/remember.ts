/** Keeps a value under its key, as the newest of at most `maximum`: the one kept longest ago is forgotten first. */
export function remember<Value>(map: Map<string, Value>, key: string, value: Value, maximum: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > maximum) map.delete(map.keys().next().value ?? "");
}
