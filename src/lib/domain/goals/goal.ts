/** Where a goal of a quarter stands in the year's plan: take stock, carry out, make it last. */
export const stages = ['assess', 'execute', 'consolidate'] as const;
export type Stage = (typeof stages)[number];

export const goalStatuses = ['open', 'reached', 'dropped'] as const;
export type GoalStatus = (typeof goalStatuses)[number];

/** What a member wants to reach in a year or in one of its quarters. */
export type Goal = {
	id: string;
	groupId: string;
	ownerId: string;
	title: string;
	year: number;
	/** From 1 to 4; null: the whole year. */
	quarter: number | null;
	/** Null exactly when it is a goal of the whole year. */
	stage: Stage | null;
	/** How one will see that it is reached. */
	measure: string;
	/** What makes it within reach. */
	means: string;
	/** Why it matters now. */
	reason: string;
	/** False: nobody but its owner reads it. */
	shared: boolean;
	status: GoalStatus;
	/** One line said at its end; may be empty. */
	line: string;
};

/** The stage a quarter has in a year's plan, until its owner says otherwise. */
export function usualStage(quarter: number): Stage {
	if (quarter <= 1) return 'assess';
	return quarter >= 4 ? 'consolidate' : 'execute';
}
