/**
 * The one Trusted Types policy (the server's policy requires them): with it, no string reaches a place of the DOM where
 * it would run. Mantine writes its theme variables into style elements as markup, so text without a `<`, which can make
 * no element, is let through; of scripts, our own two workers and the service worker.
 */
interface PolicyFactory {
  createPolicy(
    name: string,
    rules: {
      createHTML(text: string): string | null;
      createScriptURL(url: string): string | null;
    },
  ): unknown;
}

const OWN_SCRIPTS = /^\/(assets\/(vault|sync)-worker-[\w-]+\.js|service-worker\.js)$/;

const { trustedTypes } = globalThis as { trustedTypes?: PolicyFactory };
trustedTypes?.createPolicy('default', {
  createHTML: (text) => (text.includes('<') ? null : text),
  createScriptURL(text) {
    const url = new URL(text, location.href);
    return url.origin === location.origin && OWN_SCRIPTS.test(url.pathname) ? text : null;
  },
});
