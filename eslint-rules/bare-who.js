/** @typedef {import('estree').Comment} Comment */

/**
 * Refuses a comment that begins with a bare "who …": the sentence lacks its subject. "The member who …"
 * has one. Lines of `//` that follow each other are one comment.
 * @type {import('eslint').Rule.RuleModule}
 */
export const bareWho = {
	meta: {
		type: 'suggestion',
		schema: [],
		messages: { bare: 'Name the subject: "the member who …", not a bare "who …".' }
	},
	create(context) {
		return {
			Program() {
				const comments = context.sourceCode.getAllComments();
				for (const [at, comment] of comments.entries()) {
					const { value, loc } = comment;
					if (!loc || !isBare(value) || goesOn(comments[at - 1], comment)) continue;
					context.report({ loc, messageId: 'bare' });
				}
			}
		};
	}
};

/** @param {string} text */
const isBare = (text) => /^[\s*]*who\b/i.test(text);

/**
 * Whether a comment is the next line of the one before it.
 * @param {Comment | undefined} before
 * @param {Comment} comment
 */
function goesOn(before, { type, loc }) {
	if (type !== 'Line' || before?.type !== 'Line' || !loc || !before.loc) return false;
	const { start } = before.loc;
	return start.line === loc.start.line - 1 && start.column === loc.start.column;
}

/**
 * As eslint.config.js takes it.
 * @type {import('eslint').Linter.Config}
 */
export const comments = {
	plugins: { house: { rules: { 'bare-who': bareWho } } },
	rules: { 'house/bare-who': 'error' }
};
