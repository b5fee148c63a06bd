import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { useState } from 'react';
import { viewerContext } from './context.js';
import { request } from './transport.js';
import { refill, variablesFor } from './variables.js';

const LOGIN = /* GraphQL */ `
  mutation SignIn($input: LoginInput!) {
    login(input: $input) { account { displayName } tokens { accessToken refreshToken } problem { message } }
  }
`;

/**
 * The panel beside the editors: signing in writes the token into the header editor of every tab, and the list of
 * examples opens (or reopens) a tab.
 *
 * @param {ReturnType<import('./operations.js').examples>} examples
 * @param {{current: object}} known what the blanks of the variables are filled with; grows on sign-in
 */
export function panel(examples, known) {
  return {
    title: 'Examples and sign-in',
    icon: () => (
      <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
        <rect x="3" y="4" width="18" height="16" rx="2" />
        <path d="m10 8.5 6 3.5-6 3.5z" />
      </svg>
    ),
    content: () => (
      <div className="matinee-panel">
        <SignIn known={known} />
        <Examples examples={examples} known={known} />
      </div>
    ),
  };
}

function SignIn({ known }) {
  const write = useTabs();
  const { introspect } = useGraphiQLActions();
  const [state, setState] = useState({ text: 'Fills the header editor of every tab.' });

  async function submit(event) {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setState({ text: 'Signing in…', busy: true });
    try {
      const input = { email: form.get('email'), password: form.get('password') };
      const { data, errors } = await request({ query: LOGIN, variables: { input } });
      const problem = errors?.[0] ?? data?.login?.problem;
      if (problem) throw new Error(problem.message);
      const { account, tokens } = data.login;
      known.current = { ...known.current, ...(await viewerContext(tokens)) };
      write(JSON.stringify({ Authorization: `Bearer ${tokens.accessToken}` }, null, 2), known.current);
      // The schema is the asker's: operators see more of it.
      await introspect();
      setState({ text: `Signed in as ${account.displayName}.` });
    } catch (error) {
      setState({ text: error.message, failed: true });
    }
  }

  return (
    <form onSubmit={submit} aria-label="Sign in">
      <h2>Sign in</h2>
      <label>
        E-mail <input name="email" type="email" autoComplete="username" defaultValue="viewer@example.com" list="matinee-accounts" required />
      </label>
      <datalist id="matinee-accounts">
        <option value="viewer@example.com" />
        <option value="admin@example.com" />
      </datalist>
      <label>
        Password <input name="password" type="password" autoComplete="current-password" defaultValue="matinee-demo" required />
      </label>
      <button type="submit" className="graphiql-button" disabled={state.busy}>
        Sign in
      </button>
      <p role="status" className={state.failed ? 'failed' : undefined}>
        {state.text}
      </p>
    </form>
  );
}

function Examples({ examples, known }) {
  const tabs = useGraphiQL((store) => store.tabs);
  const { addTab, changeTab } = useGraphiQLActions();
  const editors = useEditors();
  const areas = group(examples);

  function open(example) {
    const index = tabs.findIndex((tab) => tab.title === example.name);
    if (index >= 0) {
      changeTab(index);
      requestAnimationFrame(() => document.querySelector('.graphiql-tab-active')?.scrollIntoView({ inline: 'nearest', block: 'nearest' }));
      return;
    }
    const headers = editors().headerEditor?.getValue() ?? '';
    addTab();
    const { queryEditor, variableEditor, headerEditor } = editors();
    queryEditor.setValue(example.query);
    variableEditor?.setValue(variablesFor(example.name, known.current));
    headerEditor?.setValue(headers);
  }

  return (
    <nav aria-label="Examples">
      <h2>Examples</h2>
      {[...areas].map(([area, items]) => (
        <section key={area}>
          <h3>{area}</h3>
          <ul>
            {items.map((example) => (
              <li key={example.name}>
                <button type="button" onClick={() => open(example)}>
                  {example.name} <small>{example.kind}</small>
                </button>
              </li>
            ))}
          </ul>
        </section>
      ))}
    </nav>
  );
}

function group(examples) {
  const areas = new Map();
  for (const example of examples) areas.set(example.area, [...(areas.get(example.area) ?? []), example]);
  return areas;
}

// The editors of the moment, read when needed: they are made after the panel.
function useEditors() {
  const queryEditor = useGraphiQL((store) => store.queryEditor);
  const variableEditor = useGraphiQL((store) => store.variableEditor);
  const headerEditor = useGraphiQL((store) => store.headerEditor);
  return () => ({ queryEditor, variableEditor, headerEditor });
}

// Writes headers and fills blanks in all tabs. The active tab's text lives in its editors, whose change events store it.
function useTabs() {
  const tabs = useGraphiQL((store) => store.tabs);
  const active = useGraphiQL((store) => store.activeTabIndex);
  const { moveTab } = useGraphiQLActions();
  const editors = useEditors();
  return (headers, known) => {
    const others = (tab) => ({ ...tab, headers, variables: refill(tab.variables, known) });
    moveTab(tabs.map((tab, index) => (index === active ? tab : others(tab))));
    const { variableEditor, headerEditor } = editors();
    headerEditor?.setValue(headers);
    variableEditor?.setValue(refill(variableEditor.getValue(), known));
  };
}
