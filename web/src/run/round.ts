import { useEffect, useRef, useState } from "preact/hooks";
import { remember, route } from "../ui/route";

const REMEMBER_MS = 300;

const asked = (): number | null => {
  const value = route.value.values.get("round");
  return value !== null && /^\d{1,9}$/.test(value) ? Number(value) : null;
};

/** The chosen round, which stands in the address; within 1 .. `last`. The last round where the address names none. */
export function useRound(last: number): readonly [number, (round: number) => void] {
  const [chosen, setChosen] = useState<number | null>(asked);
  const written = useRef<number | undefined>(undefined);
  const at = route.value;
  const first = useRef(true);
  useEffect(() => {
    if (first.current) first.current = false;
    else setChosen(asked());
  }, [at]);
  useEffect(() => () => clearTimeout(written.current), []);
  const choose = (round: number) => {
    setChosen(round);
    clearTimeout(written.current);
    written.current = window.setTimeout(() => remember({ ...Object.fromEntries(route.value.values), round }), REMEMBER_MS);
  };
  return [Math.min(Math.max(chosen ?? last, 1), Math.max(last, 1)), choose];
}
