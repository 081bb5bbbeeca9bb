import type { Format, Scope, Template } from '#lib/domain/formats/format.ts';
import { numbered, type Segment } from './segment.ts';

/** The people expected: ids of members, in the order in which they take their turn. */
export type People = { members: readonly string[]; presenters: readonly string[] };

/**
 * The agenda of a format for these people. Segments that follow each other with the same scope are
 * one case: two presenters give challenge, discussion, challenge, discussion. A presenter
 * that the format expects and nobody has named yet keeps a place, with null for the person.
 */
export function expand(format: Format, people: People): Segment[] {
	const turns: Record<Scope, readonly (string | null)[]> = {
		once: [null],
		presenter: padded(people.presenters, format.presenters),
		member: people.members
	};
	const segments = runs(format.templates).flatMap(({ scope, templates }) =>
		turns[scope].flatMap((person) => templates.map((template) => segment(template, person)))
	);
	return numbered(segments);
}

type Run = { scope: Scope; templates: Template[] };

/** Templates in order, cut where the scope changes. */
function runs(templates: readonly Template[]): Run[] {
	const found: Run[] = [];
	for (const template of templates) {
		const last = found.at(-1);
		if (last?.scope === template.scope) last.templates.push(template);
		else found.push({ scope: template.scope, templates: [template] });
	}
	return found;
}

function padded(people: readonly string[], count: number): (string | null)[] {
	const missing = Math.max(0, count - people.length);
	return [...people, ...Array.from({ length: missing }, () => null)];
}

function segment(template: Template, person: string | null): Segment {
	const { kind, label, minutes, least, speakers, rule } = template;
	return { position: 0, kind, label, minutes, least, speakers, rule, person };
}
