import type { AccountExport, Contribution } from './export.ts';

/** The interface's words for a document, in the member's language. */
export interface Words {
	title: string;
	groups: string;
	signatures: string;
	sessions: string;
	goals: string;
	actions: string;
	challenges: string;
	contributions: string;
	feedbacks: string;
	breaches: string;
	formerGroup: string;
	untitled: string;
	nothing: string;
	measure: string;
	means: string;
	reason: string;
	history: string;
	reviews: string;
	context: string;
	tried: string;
	options: string;
	wanted: string;
	unwanted: string;
	notes: string;
	takeaways: string;
	received: string;
	plus: string;
	delta: string;
	exported(moment: string): string;
	day(moment: string): string;
	member(from: string, to: string | null): string;
	signed(version: number | null): string;
	goal(goal: AccountExport['goals'][number]): string;
	action(action: AccountExport['actions'][number]): string;
	event(event: AccountExport['actions'][number]['history'][number]): string;
	review(review: AccountExport['actions'][number]['reviews'][number]): string;
	contribution(contribution: Contribution): string;
}

/**
 * One line of a member's words that means nothing but itself in Markdown: every sign that could begin
 * a mark is escaped, wherever it stands.
 */
export function line(text: string): string {
	return text
		.split(BREAKS)
		.map((part) => part.trim())
		.filter((part) => part !== '')
		.join(' ')
		.replace(MARKS, '\\$&')
		.replace(NUMBERING, '$1\\$2');
}

const BREAKS = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/;
const MARKS = /[\\`*_{}[\]<>()#+\-=!|~&$:@^]/g;
/** "1." and "1)" begin a list; the parenthesis is a mark above. */
const NUMBERING = /^(\d+)(\.)/;

/**
 * A member's text with its line breaks, as a quotation: whatever it holds stays inside. Spaces at the
 * start of a line are kept as ones that Markdown does not count.
 */
export function quotation(text: string): string {
	const lines = text.trimEnd().split(BREAKS);
	return lines
		.map((written, turn) => {
			const indent = /^[ \t]*/.exec(written)?.[0] ?? '';
			const text = '\u00a0'.repeat(indent.length) + line(written);
			if (text.trim() === '') return '>';
			const next = lines[turn + 1];
			return `> ${text}${next !== undefined && next.trim() !== '' ? '\\' : ''}`;
		})
		.join('\n');
}

/** All that is a member's as one Markdown text. */
export function markdown(exported: AccountExport, words: Words): string {
	const head = (level: number, text: string) =>
		`${'#'.repeat(level)} ${line(text) || line(words.untitled)}`;
	const item = (...texts: string[]) => `- ${texts.filter(Boolean).map(line).join(' · ')}`;
	const list = (items: readonly string[]) => (items.length > 0 ? [items.join('\n')] : []);
	const part = (title: string, parts: readonly string[]) => [
		head(2, title),
		...(parts.length > 0 ? parts : [line(words.nothing)])
	];
	const section = (title: string, text: string) =>
		text.trim() === '' ? [] : [`**${line(title)}**`, quotation(text)];
	const bare = (text: string) => (text.trim() === '' ? [] : [quotation(text)]);
	const under = (title: string, parts: readonly string[]) =>
		parts.length > 0 ? [head(4, title), ...parts] : [];
	const given = (contribution: Contribution) => [
		item(words.day(contribution.made_at), words.contribution(contribution)),
		quotation(contribution.text)
	];
	const nameOf = (group: string) =>
		exported.groups.find(({ id, name }) => id === group && name)?.name ?? words.formerGroup;

	return (
		[
			head(1, `${words.title} · ${exported.account.name || (exported.account.email ?? '')}`),
			line(words.exported(exported.exported_at)),
			...part(
				words.groups,
				list(
					exported.groups.map(({ name, joined_at, left_at }) =>
						item(name ?? words.formerGroup, words.member(joined_at, left_at))
					)
				)
			),
			...part(
				words.goals,
				exported.goals.flatMap((goal) => [
					head(3, goal.title),
					item(words.goal(goal)),
					...section(words.measure, goal.measure),
					...section(words.means, goal.means),
					...section(words.reason, goal.reason),
					...bare(goal.line)
				])
			),
			...part(
				words.actions,
				exported.actions.flatMap((action) => [
					head(3, action.title),
					item(words.action(action)),
					...bare(action.line),
					...under(
						words.reviews,
						action.reviews.flatMap((review) => [
							item(words.day(review.reviewed_at), words.review(review)),
							...bare(review.line)
						])
					),
					...under(
						words.history,
						action.history.flatMap((event) => [
							item(words.day(event.at), words.event(event), event.title),
							...bare(event.line)
						])
					)
				])
			),
			...part(
				words.challenges,
				exported.challenges.flatMap((challenge) => [
					head(3, challenge.question),
					...(challenge.starts_at === null ? [] : [item(words.day(challenge.starts_at))]),
					...section(words.context, challenge.context),
					...section(words.tried, challenge.tried),
					...section(words.options, challenge.options),
					...section(words.wanted, challenge.wanted),
					...section(words.unwanted, challenge.unwanted),
					...section(words.notes, challenge.notes?.body ?? ''),
					...section(words.takeaways, challenge.notes?.takeaways ?? ''),
					...under(words.received, challenge.contributions.flatMap(given))
				])
			),
			...part(words.contributions, exported.contributions.flatMap(given)),
			...part(
				words.feedbacks,
				exported.feedbacks.flatMap(({ starts_at, plus, delta }) => [
					...(starts_at === null ? [] : [head(3, words.day(starts_at))]),
					...section(words.plus, plus),
					...section(words.delta, delta)
				])
			),
			...(exported.breaches.length > 0
				? part(
						words.breaches,
						exported.breaches.flatMap(({ raised_at, reason }) => [
							item(words.day(raised_at)),
							...bare(reason)
						])
					)
				: []),
			...part(
				words.sessions,
				list(
					exported.sessions.map(({ starts_at, group_id }) =>
						item(words.day(starts_at), nameOf(group_id))
					)
				)
			),
			...part(
				words.signatures,
				list(
					exported.signatures.map(({ signed_at, charter_version, group_id }) =>
						item(words.day(signed_at), nameOf(group_id), words.signed(charter_version))
					)
				)
			)
		].join('\n\n') + '\n'
	);
}
