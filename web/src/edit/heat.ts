import type { HeatMap } from "./answers";

/** Shades of a map's cells, from nothing to the most. */
export const SHADES = 8;

/** The gain in per cent of Nash profit; what is below nothing by rounding is nothing. */
export const percentOf = (map: HeatMap, row: number, column: number): number => Math.max(0, (100 * (map.gain[row]?.[column] ?? 0)) / map.nash_profit);

/** The shade of a cell, 0 to SHADES - 1: its part of the map's largest value, or of 1% where all are smaller. */
export function shadeOf(map: HeatMap, row: number, column: number): number {
  const most = Math.max(1, ...map.gain.flatMap((line, at) => line.map((_, place) => percentOf(map, at, place))));
  return Math.min(SHADES - 1, Math.floor((percentOf(map, row, column) / most) * SHADES));
}

/** Heat of edges for the graph: each part of the most used one's. */
export function heatOf(edges: Readonly<Record<string, number>>): Record<string, number> {
  const most = Math.max(0, ...Object.values(edges));
  return most > 0 ? Object.fromEntries(Object.entries(edges).map(([edge, share]) => [edge, share / most])) : {};
}
