import AxeBuilder from '@axe-core/playwright';
import { expect, type Phone } from './fixtures.ts';

/** What the appearance decides; the rest of a screen is the same by day and by night. */
const COLOURS = ['color-contrast', 'link-in-text-block'];

/** Nothing on the page keeps somebody out, light or dark, and nothing leaves a narrow phone. */
export async function sound({ page }: Phone, screen: string): Promise<void> {
	for (const theme of ['light', 'dark']) {
		await page.evaluate((chosen) => (document.documentElement.dataset.theme = chosen), theme);
		// No frame of another origin is in the page: no second page is needed to put results together.
		const axe = new AxeBuilder({ page }).setLegacyMode();
		const { violations } = await (theme === 'dark' ? axe.withRules(COLOURS) : axe).analyze();
		const found = violations
			.filter(({ id, impact }) => id === 'region' || impact === 'serious' || impact === 'critical')
			.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
		expect(found, `${screen}, ${theme}`).toEqual([]);
	}
	const size = page.viewportSize();
	await page.setViewportSize({ width: 320, height: 640 });
	const beyond = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
	expect(beyond, `${screen}, 320 px wide`).toBeLessThanOrEqual(0);
	if (size) await page.setViewportSize(size);
}
