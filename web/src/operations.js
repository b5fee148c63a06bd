import { Kind, parse } from 'graphql';

/**
 * Cuts a file of operations into one example per operation, each with the comment lines that stand above it.
 *
 * @param {string} area the file's name without its extension
 * @param {string} source the file's text
 * @returns {{area: string, name: string, kind: string, query: string}[]} in the order of the file
 */
export function split(area, source) {
  let end = 0;
  return parse(source)
    .definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION)
    .map((definition) => {
      const above = source.slice(end, definition.loc.start);
      const comment = above
        .split('\n')
        .filter((line) => line.startsWith('#'))
        .join('\n');
      end = definition.loc.end;
      const text = source.slice(definition.loc.start, definition.loc.end);
      return {
        area,
        name: definition.name.value,
        kind: definition.operation,
        query: comment ? `${comment}\n${text}\n` : `${text}\n`,
      };
    });
}

/** The order in which a newcomer reads the areas. */
const AREAS = ['browse', 'accounts', 'commerce', 'playback', 'live', 'insight'];

/**
 * All examples of a set of files.
 *
 * @param {Record<string, string>} files path to text
 */
export function examples(files) {
  const area = (path) => path.split('/').at(-1).replace('.graphql', '');
  const rank = (path) => (AREAS.indexOf(area(path)) + AREAS.length + 1) % (AREAS.length + 1);
  return Object.entries(files)
    .sort(([a], [b]) => rank(a) - rank(b))
    .flatMap(([path, source]) => split(area(path), source));
}
