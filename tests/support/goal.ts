import type { Row } from '#lib/data/rows.ts';
import { instant } from '#lib/domain/time.ts';

/** A goal about which nothing special is known. */
export function goalOf(changes: Partial<Row<'goals'>> = {}): Row<'goals'> {
	return {
		...{ id: 'goal', groupId: 'g', ownerId: 'ada', title: 'Déléguer l’astreinte' },
		...{ year: 2026, quarter: null, stage: null, measure: '', means: '', reason: '' },
		...{ shared: true, status: 'open', line: '', version: 1, createdAt: instant(0) },
		...changes
	};
}
