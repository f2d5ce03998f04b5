import { useEffect, useState } from "preact/hooks";
import { getJson } from "../source/api";
import { href } from "../ui/route";
import { Choice } from "../ui/search";

/** A choice of the institutions that the program knows; choosing one judges run `a` by it. */
export function InstitutionPicker({ a, under }: { readonly a: string; readonly under: string }) {
  const [names, setNames] = useState<readonly string[] | null>(null);
  const [failed, setFailed] = useState("");
  useEffect(() => {
    getJson<{ institutions: string[] }>("institutions").then(
      (found) => setNames(found.institutions),
      (error: unknown) => setFailed(error instanceof Error ? error.message : String(error)),
    );
  }, []);
  if (failed) return <p class="quiet">The institutions could not be listed: {failed}</p>;
  const known = names ?? [];
  return (
    <Choice
      label={names ? "Judge run A by another institution" : "Listing the institutions"}
      value={under}
      options={[["", "choose an institution"], ...(under && !known.includes(under) ? [[under, under] as const] : []), ...known.map((name) => [name, name] as const)]}
      onChoose={(name) => {
        if (name) location.hash = href(["compare"], { a, under: name });
      }}
    />
  );
}
