import type { Action } from '#lib/domain/actions/action.ts';

/** An action about which nothing special is known. */
export function actionOf(changes: Partial<Action> = {}): Action {
	return {
		...{ id: 'a', groupId: 'g', ownerId: 'ada', title: 'Déléguer l’astreinte', version: 1 },
		...{ dueOn: '2026-11-26', status: 'open', bornIn: null, dueIn: null },
		...{ carries: 0, decidedCarries: 0, outcome: null, line: '' },
		...{ goalId: null, partnerId: null, rank: null },
		...changes
	};
}
