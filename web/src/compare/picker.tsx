import { useEffect, useMemo, useState } from "preact/hooks";
import { getJson } from "../source/api";
import { href } from "../ui/route";
import { Choice, type Option } from "../ui/search";
import { byFit } from "./fitting";
import { NOTHING, useKnown } from "./known";

const asOptions = (names: readonly string[]): Option[] => names.map((name) => [name, name]);

/** A choice of the institutions that the program knows, those first whose names fit the market; choosing one judges run `a` by it. */
export function InstitutionPicker({ a, under }: { readonly a: string; readonly under: string }) {
  const [names, setNames] = useState<readonly string[] | null>(null);
  const [failed, setFailed] = useState("");
  const known = useKnown(a);
  useEffect(() => {
    getJson<{ institutions: string[] }>("institutions").then(
      (found) => setNames(found.institutions),
      (error: unknown) => setFailed(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  const { fitting, others } = useMemo(() => byFit(names ?? [], known ?? NOTHING), [names, known]);
  if (failed) return <p class="quiet">The institutions could not be listed: {failed}</p>;
  const unlisted = under && !names?.includes(under) ? [under] : [];
  return (
    <Choice
      label={names ? "Judge run A by another institution" : "Listing the institutions"}
      value={under}
      options={[["", "choose an institution"], ...asOptions(fitting.length ? unlisted : [...unlisted, ...others])]}
      groups={fitting.length ? [["for this market, by name", asOptions(fitting)], ["others", asOptions(others)]] : []}
      onChoose={(name) => {
        if (name) location.hash = href(["compare"], { a, under: name });
      }}
    />
  );
}
