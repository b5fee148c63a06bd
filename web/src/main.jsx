import 'graphiql/setup-workers/vite';
import 'graphiql/style.css';
import './style.css';

import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { anyoneContext } from './context.js';
import { examples } from './operations.js';
import { panel } from './panel.jsx';
import { fetcher } from './transport.js';
import { variablesFor } from './variables.js';

const all = examples(
  import.meta.glob('../../schema/operations/*.graphql', { query: '?raw', import: 'default', eager: true }),
);

// GraphiQL keeps the tabs of an earlier visit; the examples are for the first one.
const TABS_KEY = 'graphiql:tabState';

async function start() {
  const root = document.getElementById('graphiql');
  const known = { current: await anyoneContext() };
  const tabs = all.map(({ name, query }) => ({ query, variables: variablesFor(name, known.current), headers: '' }));
  const first = localStorage.getItem(TABS_KEY) ? {} : { initialVariables: tabs[0].variables };
  const examplesPanel = panel(all, known);
  root.removeAttribute('aria-busy');
  createRoot(root).render(
    <GraphiQL
      fetcher={fetcher}
      defaultTabs={tabs}
      {...first}
      plugins={[examplesPanel, HISTORY_PLUGIN]}
      visiblePlugin={examplesPanel}
      defaultEditorToolsVisibility
      // a token belongs into memory, not into the browser's storage
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        <a className="matinee-logo" href="/">
          Matinee
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}

start();
