import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A page whose code is fetched only when somebody goes there. */
export function Later({ load }: { readonly load: () => Promise<ComponentType> }) {
  const [Loaded, setLoaded] = useState<{ page: ComponentType } | null>(null);
  useEffect(() => {
    void load().then((page) => setLoaded({ page }));
  }, []);
  return Loaded ? <Loaded.page /> : <p aria-busy="true">Loading this page.</p>;
}
