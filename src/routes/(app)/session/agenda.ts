import type { Segment } from '#lib/domain/agenda/segment.ts';
import { timeline } from '#lib/domain/agenda/timeline.ts';
import { clock } from '#lib/domain/wall-time.ts';
import { millis, type Instant, type Millis, wholeMinutes } from '#lib/domain/time.ts';
import * as m from '#lib/paraglide/messages.js';
import type { AgendaItem } from '#lib/ui/AgendaList.svelte';
import { type Language } from '#lib/ui/civil.ts';

type AgendaSegment = Segment & { key: string; actualMs?: Millis | null };

type Setting = {
	/** Null while the plan has no date: then no times are shown. */
	start: Instant | null;
	zone: string;
	language: Language;
	/** How many people the group has; null: how one speaks is not said any more. */
	members: number | null;
	nameOf: (id: string) => string;
};

/** The agenda as a list shows it: the start of each segment, its speaker, its manner. */
export function agendaItems(
	segments: readonly AgendaSegment[],
	{ start, zone, language, members, nameOf }: Setting
): AgendaItem[] {
	const slots = start === null ? [] : timeline(segments, start);
	return segments.map((segment, index) => {
		const slot = slots[index];
		const { key, label, minutes, actualMs } = segment;
		return {
			id: key,
			time: slot ? clock(slot.start, zone) : '',
			label: label[language],
			who:
				[whose(segment, nameOf), manner(segment, members)].filter(Boolean).join(' · ') || undefined,
			minutes,
			actual: typeof actualMs === 'number' ? wholeMinutes(millis(actualMs)) : undefined,
			strong: segment.kind === 'challenge'
		};
	});
}

function whose({ person, speakers }: AgendaSegment, nameOf: (id: string) => string): string | null {
	if (person !== null) return nameOf(person);
	return speakers === 'presenter' ? m.session_presenter_missing() : null;
}

function manner({ kind, rule, minutes }: AgendaSegment, members: number | null): string | null {
	if (members === null) return null;
	if (kind === 'follow_up' && members > 1) {
		const each = Math.max(1, Math.floor(minutes / members));
		return m.session_follow_up_each({ members, each });
	}
	const words = {
		free: null,
		brief: null,
		listen: m.session_rule_listen,
		questions_only: m.session_rule_questions_only,
		experience: m.session_rule_experience,
		silence: m.session_rule_silence,
		one_each: m.session_rule_one_each
	}[rule];
	return words?.() ?? null;
}
