// A test that looks at log lines watches the streams itself, before this: nothing is hidden from it.
for (const stream of [process.stdout, process.stderr]) {
  const write = stream.write.bind(stream) as (...given: unknown[]) => boolean;
  stream.write = (...given: unknown[]) => {
    const isLogLine = String(given[0]).startsWith('{"level":');
    return isLogLine || write(...given);
  };
}
