interface Sample {
  value: number;
  labels?: Readonly<Record<string, string>>;
}

export interface Metric {
  name: string;
  type: "counter" | "gauge";
  help: string;
  samples: readonly Sample[];
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function renderSample(name: string, { value, labels = {} }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${value}`;
}

/** Prometheus text format 0.0.4; metrics without a sample are left out. */
export function renderMetrics(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, help, samples }) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${type}`,
      ...samples.map((sample) => renderSample(name, sample)),
    ])
    .map((line) => `${line}\n`)
    .join("");
}
