import type { ComponentChildren } from "preact";

/** What stands around every page: a way past the head for keyboards, the name, the main part. */
export function Shell({ children, home = true }: { readonly children: ComponentChildren; readonly home?: boolean }) {
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>
        To the content
      </a>
      <header class="head">
        {home ? (
          <a class="name" href="#/">
            Agoranomos
          </a>
        ) : (
          <span class="name">Agoranomos</span>
        )}
      </header>
      <main id="main" tabindex={-1}>
        {children}
      </main>
    </>
  );
}
