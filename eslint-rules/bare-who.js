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
 * @type {import('eslint').Linter.Config & { ignores: string[] }}
 */
export const comments = {
	plugins: { house: { rules: { 'bare-who': bareWho } } },
	rules: { 'house/bare-who': 'error' },
	// To be emptied: files written before the rule.
	ignores: [
		'src/hooks.client.ts',
		'**/domain/agenda/expand.ts',
		'**/domain/formats/format.ts',
		'**/domain/session/floor.ts',
		'**/domain/session/keeping.ts',
		'**/domain/session/readiness.ts',
		'**/room/room-channel.ts',
		'**/room/scene.ts',
		'**/embedded/bearer.ts',
		'**/embedded/realtime/permissions.ts',
		'**/embedded/realtime/presence.ts',
		'**/embedded/realtime/topic.ts',
		'**/embedded/realtime/token.ts',
		'**/ActionCheck.svelte',
		'**/AgendaList.svelte',
		'**/actions/options.ts',
		'**/ChallengeText.svelte',
		'**/Floor.svelte',
		'**/RoleLog.svelte',
		'**/screen/+page.svelte',
		'**/RoleSheet.svelte',
		'**/Minutes.svelte',
		'**/Refused.svelte',
		'tests/e2e/floor.spec.ts',
		'tests/e2e/session.spec.ts',
		'**/floor.test.ts',
		'**/matrix.ts',
		'**/moderation.test.ts',
		'**/personas.ts',
		'**/remains.ts',
		'**/silent-signals.test.ts'
	]
};
