/** The style of a single centred card. Text has a contrast of at least 4.5 in light and dark mode. */
export const cardStyle = `
:root {
  color-scheme: light dark;
  --ground: #f3f5f4;
  --card: #ffffff;
  --raised: #f5f7f6;
  --line: #dae1de;
  --text: #1a2421;
  --muted: #55635e;
  --accent: #0a6847;
  --on-accent: #ffffff;
  --shadow: 0 1px 2px rgb(14 28 22 / 0.06), 0 8px 24px rgb(14 28 22 / 0.07);
  --mono: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif;
}

@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0c1110;
    --card: #151c1a;
    --raised: #0f1513;
    --line: #2b3733;
    --text: #e3eae7;
    --muted: #9bada6;
    --accent: #6bd6a8;
    --on-accent: #0b1a14;
    --shadow: none;
  }
}

*,
*::before,
*::after {
  box-sizing: border-box;
}

html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
}

body {
  display: grid;
  place-items: center;
  min-height: 100vh;
  min-height: 100svh;
  margin: 0;
  padding: 1.5rem 1rem;
  background: var(--ground);
  color: var(--text);
  overflow-wrap: break-word;
}

main {
  width: 100%;
  min-width: 0;
  max-width: 26rem;
  padding: 1.5rem;
  border: 1px solid var(--line);
  border-radius: 0.875rem;
  background: var(--card);
  box-shadow: var(--shadow);
}

main.wide {
  max-width: 44rem;
}

header {
  display: flex;
  justify-content: space-between;
  gap: 1rem;
  margin-block-end: 1.25rem;
  color: var(--muted);
  font-size: 0.875rem;
}

.brand {
  color: var(--accent);
  font-weight: 650;
}

h1 {
  margin: 0;
  font-size: 1.375rem;
  font-weight: 680;
  line-height: 1.3;
  letter-spacing: -0.01em;
  text-wrap: balance;
}

h2 {
  margin: 1.75rem 0 0;
  font-size: 1rem;
  font-weight: 650;
  line-height: 1.4;
}

p {
  margin: 0.5rem 0 0;
}

a {
  color: var(--accent);
  text-underline-offset: 0.15em;
}

:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
  border-radius: 0.25rem;
}

code {
  font: 0.875em var(--mono);
}

pre {
  margin: 0.625rem 0 0;
  padding: 0.875rem 1rem;
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  background: var(--raised);
  font-size: 0.8125rem;
  line-height: 1.55;
  overflow-x: auto;
}

pre code {
  font-size: inherit;
}

pre + p {
  margin-block-start: 0.75rem;
}

.button {
  display: grid;
  place-items: center;
  min-height: 2.75rem;
  margin-block-start: 1.5rem;
  padding: 0.5rem 1.25rem;
  border: 1px solid var(--accent);
  border-radius: 0.5625rem;
  background: var(--accent);
  color: var(--on-accent);
  font-weight: 600;
  white-space: nowrap;
  text-decoration: none;
}

.button:hover {
  opacity: 0.9;
}

.aside {
  margin-block-start: 1.75rem;
  padding-block-start: 1rem;
  border-block-start: 1px solid var(--line);
  color: var(--muted);
  font-size: 0.875rem;
}

@media (min-width: 30rem) {
  main {
    padding: 1.75rem;
  }
}

@media (forced-colors: active) {
  main,
  .button {
    border-color: CanvasText;
  }
}
`;
