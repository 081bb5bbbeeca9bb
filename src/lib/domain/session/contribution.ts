/** What a peer may give a challenge in writing. */
export const contributionKinds = ['question', 'experience', 'advice', 'offer'] as const;
export type ContributionKind = (typeof contributionKinds)[number];
