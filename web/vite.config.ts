import { defineConfig, type Plugin } from "vite";

/** Names without digests, no source maps, one order: the same sources give the same bytes, which CI holds the wheel to. */
const PAGE = "../src/agoranomos/viewer/page";

/** The bundle's page as one file: its script and style stand in it, so that it needs neither a server nor a network. */
function inOneFile(): Plugin {
  return {
    name: "agoranomos-in-one-file",
    enforce: "post",
    generateBundle(_, output) {
      const page = output["bundle.html"];
      if (page?.type !== "asset") this.error("bundle.html was not built");
      let html = String(page.source);
      for (const [name, made] of Object.entries(output)) {
        if (made.type === "chunk") {
          const code = made.code.replaceAll("</script", "<\\/script").replaceAll("<!--", "<\\!--");
          html = html.replace(/<script type="module"[^>]*><\/script>\s*/, "");
          html = html.replace("<!-- script -->", () => `<script type="module">${code}</script>`);
          delete output[name];
        } else if (name.endsWith(".css")) {
          html = html.replace(/<link rel="stylesheet"[^>]*>\s*/, "");
          html = html.replace("<!-- style -->", () => `<style>${String(made.source)}</style>`);
          delete output[name];
        }
      }
      page.source = html;
    },
  };
}

export default defineConfig(({ mode }) => {
  const bundle = mode === "bundle";
  return {
    base: "./",
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    plugins: bundle ? [inOneFile()] : [],
    build: {
      outDir: PAGE,
      emptyOutDir: !bundle,
      target: "es2022",
      sourcemap: false,
      modulePreload: false,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
      assetsInlineLimit: 0,
      cssCodeSplit: false,
      rollupOptions: {
        input: bundle ? "bundle.html" : "index.html",
        output: {
          ...(bundle ? { codeSplitting: false } : {}),
          entryFileNames: "assets/[name].js",
          chunkFileNames: "assets/[name].js",
          assetFileNames: "assets/[name][extname]",
        },
      },
    },
    test: { include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"], environment: "node" },
  };
});
