import { shown } from "./numbers";
import { percent, percentOn, type Estimate, type Scale } from "./interval_scale";
import "./interval.css";

export interface Benchmark {
  readonly name: string;
  readonly value: number;
}

/** A mean as a dot, its interval as a line, benchmarks as upright lines, on a scale that others share. */
export function Interval({ estimate, scale, benchmarks = [], show = shown }: { readonly estimate: Estimate; readonly scale: Scale; readonly benchmarks?: readonly Benchmark[]; readonly show?: (value: number | null) => string }) {
  const { mean, low, high } = estimate;
  const at = (value: number) => `${percentOn(scale, value)}%`;
  return (
    <svg class="interval" role="img" aria-label={inWords(estimate, benchmarks, show)} height="22" width="100%">
      <line class="axis" x1="0" x2="100%" y1="11" y2="11" />
      {benchmarks.map((line) => (
        <line key={line.name} class={`benchmark ${kindOf(line.name)}`} x1={at(line.value)} x2={at(line.value)} y1="2" y2="20" />
      ))}
      {low !== null && high !== null ? (
        <>
          <line class="range" x1={at(low)} x2={at(high)} y1="11" y2="11" />
          <line class="range" x1={at(low)} x2={at(low)} y1="7" y2="15" />
          <line class="range" x1={at(high)} x2={at(high)} y1="7" y2="15" />
        </>
      ) : null}
      {mean !== null ? <circle class="mean" cx={at(mean)} cy="11" r="4.5" /> : null}
    </svg>
  );
}

/** A benchmark's line as it is drawn, for a legend. */
export function BenchmarkMark({ name }: { readonly name: string }) {
  return (
    <svg class="interval mark" width="10" height="18" aria-hidden="true">
      <line class={`benchmark ${kindOf(name)}`} x1="5" x2="5" y1="1" y2="17" />
    </svg>
  );
}

/** The estimate in a sentence, for screen readers and titles. */
export function inWords(estimate: Estimate, benchmarks: readonly Benchmark[] = [], show: (value: number | null) => string = shown): string {
  const { mean, low, high, n, level, method, reason } = estimate;
  if (mean === null) return `no mean: ${reason || "there are no runs"}`;
  const range = low !== null && high !== null ? `${percent(level)} interval ${show(low)} to ${show(high)}` : `no interval${reason ? `: ${reason}` : ""}`;
  const lines = benchmarks.map((line) => `${line.name} ${show(line.value)}`);
  return [`mean ${show(mean)}`, range, `n ${n}`, method, ...lines].filter(Boolean).join(", ");
}

function kindOf(name: string): string {
  return ["nash", "monopoly", "competitive"].find((kind) => name.toLowerCase().includes(kind)) ?? "other";
}
