/**
 * Gives the browser's own bars the ground of an element for as long as it is on the page: a dark
 * room has no pale edge. The colours that the document declares come back after it.
 */
export function tintBrowser(element: HTMLElement): () => void {
	const metas = document.querySelectorAll<HTMLMetaElement>('meta[name="theme-color"]');
	const before = Array.from(metas, ({ content }) => content);
	const ground = getComputedStyle(element).backgroundColor;
	for (const meta of metas) meta.content = ground;
	return () => metas.forEach((meta, at) => (meta.content = before[at] ?? meta.content));
}
