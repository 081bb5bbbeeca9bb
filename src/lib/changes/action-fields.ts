/** The columns of an action that its owner edits, in the order of its form. */
export const actionFields = ['title', 'due_on', 'goal_id', 'partner_id'] as const;
export type ActionField = (typeof actionFields)[number];
