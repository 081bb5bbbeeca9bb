/** The charter in force in a group: its last version. Null when none is known here. */
export function inForce<Charter extends { groupId: string; version: number }>(
	charters: readonly Charter[],
	groupId: string
): Charter | null {
	return charters
		.filter((charter) => charter.groupId === groupId)
		.reduce<Charter | null>(
			(last, charter) => (last === null || charter.version > last.version ? charter : last),
			null
		);
}

/** Whether this member signed this version. Having signed an older one does not count. */
export function hasSigned(
	signatures: readonly { charterId: string; memberId: string }[],
	charterId: string,
	memberId: string
): boolean {
	return signatures.some(
		(signature) => signature.charterId === charterId && signature.memberId === memberId
	);
}
