import { MedusaContainer } from "@medusajs/framework/types"

// export const config = { name: "not-this", schedule: "0 0 * * *" }
const pattern = /export const config = {/
export default async function syncProducts(container: MedusaContainer) {
  const note = `batch ${container.resolve("x")} of {`
  logger.info("config = { schedule: '* * * * *' }")
}

export const config: { name: string; schedule: string } = {
  name: "sync-products", // the name
  schedule: process.env.SYNC_PRODUCTS_SCHEDULE || "*/2 * * * *",
}
