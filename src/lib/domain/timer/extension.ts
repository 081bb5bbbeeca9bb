import type { Segment } from '#lib/domain/agenda/segment.ts';
import { type Millis, wholeMinutes } from '#lib/domain/time.ts';

/** What thumbs may give a topic, in minutes, one after the other (domain.md: 2, then 1). */
const EXTENSIONS = [2, 1];

/**
 * The minutes that thumbs may still give to the running segment after `added` was granted; null
 * when it is no topic, or has had them all.
 */
export function nextExtension(segment: Segment, added: Millis): number | null {
	if (segment.kind !== 'topic') return null;
	let granted = wholeMinutes(added);
	for (const minutes of EXTENSIONS) {
		if (granted < minutes) return minutes;
		granted -= minutes;
	}
	return null;
}
