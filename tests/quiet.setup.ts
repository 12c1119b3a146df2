// A test that looks at log lines watches the streams itself, before this: nothing is hidden from it.
const isQuiet = Symbol.for("parley.quiet");

for (const stream of [process.stdout, process.stderr]) {
  // Files that share a process are set up once each.
  if (isQuiet in stream) continue;
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  stream.write = (...given: unknown[]) => {
    const isLogLine = String(given[0]).startsWith('{"level":');
    return isLogLine || write(...given);
  };
  Object.assign(stream, { [isQuiet]: true });
}
