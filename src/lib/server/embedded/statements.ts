/** A gap (white space and comments), a string, a quoted name, what begins none of them, or a sign. */
const TOKENS =
	/(?:\s|--[^\n]*|\/\*[^]*?\*\/)+|'(?:[^']|'')*'|"(?:[^"]|"")*"|(\$\w*\$)[^]*?\1|[^\s'"$\/;-]+|[^]/g;

const isGap = (token: string) => /^(?:\s|--|\/\*)/.test(token);

/**
 * A function's text with each gap as one space. A migration that landed is never touched again,
 * while a comment of the schema files may be improved and a line be broken elsewhere: neither
 * changes what the function does. What stands in quotes stays as it is.
 */
export const foldBody = (body: string): string =>
	body.replace(TOKENS, (token) => (isGap(token) ? ' ' : token)).trim();

/** The statements of a file, in order, without what stands between them. */
export function statementsOf(text: string): string[] {
	const statements: string[] = [];
	let statement = '';
	for (const [token] of text.matchAll(TOKENS)) {
		if (token === ';') {
			statements.push(statement.trimEnd());
			statement = '';
		} else if (statement !== '' || !isGap(token)) {
			statement += token;
		}
	}
	return statement.trim() === '' ? statements : [...statements, statement.trimEnd()];
}
