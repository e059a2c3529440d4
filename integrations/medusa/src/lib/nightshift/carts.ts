/**
 * What both cart routes go by: which carts may be deleted, and when a cart was last touched.
 */
import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MedusaError, Modules } from "@medusajs/framework/utils"

/** Carts per request. */
export const MOST = 500

/** A cart as a list shows it, and as whoever deletes it must have seen it. */
export type SeenCart = { id: string; touched_at: string }

/** Why a cart is kept: it is not there, was changed since it was seen, became an order, or holds a payment. */
export type Reason = "gone" | "touched" | "completed" | "paid" | "busy"

type Dated = { updated_at: string | Date }

type Cart = Dated & {
  id: string
  completed_at: string | Date | null
  items: Dated[]
  shipping_methods?: (Dated | null)[] | null
  shipping_address?: Dated | null
  billing_address?: Dated | null
  payment_collection?: (Dated & { status: string }) | null
}

const FIELDS = [
  "id",
  "updated_at",
  "completed_at",
  "shipping_methods.updated_at",
  "shipping_address.updated_at",
  "billing_address.updated_at",
  "payment_collection.updated_at",
  "payment_collection.status",
]

const HOLDS_MONEY = new Set(["authorized", "partially_authorized", "partially_captured", "completed"])

/** Carts by id that pass the filters, with all that touching one changes, items that were taken out included. */
export async function readCarts(
  container: MedusaContainer,
  filters: Record<string, unknown>,
  take: number
): Promise<Cart[]> {
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "cart",
    fields: FIELDS,
    filters,
    pagination: { take, skip: 0, order: { id: "ASC" } },
  })
  const carts = data as unknown as Omit<Cart, "items">[]
  const items = await readItems(container, carts.map((cart) => cart.id))
  return carts.map((cart) => ({ ...cart, items: items.get(cart.id) ?? [] }))
}

/** The items of each cart; one that was taken out is still there, with the instant when that was done. */
async function readItems(container: MedusaContainer, cartIds: string[]): Promise<Map<string, Dated[]>> {
  const found = new Map<string, Dated[]>()
  if (cartIds.length) {
    const items = await container
      .resolve(Modules.CART)
      .listLineItems({ cart_id: cartIds }, { select: ["id", "cart_id", "updated_at"], withDeleted: true, take: null })
    for (const item of items) {
      found.set(item.cart_id, [...(found.get(item.cart_id) ?? []), item as Dated])
    }
  }
  return found
}

/** The last change of a cart or of anything in it: Medusa leaves a cart's own date alone when an item is added. */
export function touchedAt(cart: Cart): string {
  const parts = [
    cart,
    ...cart.items,
    ...(cart.shipping_methods ?? []),
    cart.shipping_address,
    cart.billing_address,
    cart.payment_collection,
  ]
  const times = parts.flatMap((part) => (part ? [new Date(part.updated_at).getTime()] : []))
  return new Date(Math.max(...times)).toISOString()
}

/** Why a cart must not be deleted, whenever it was touched; undefined where it may be. */
export function whyKept(cart: Cart): Reason | undefined {
  if (cart.completed_at) {
    return "completed"
  }
  return HOLDS_MONEY.has(cart.payment_collection?.status ?? "") ? "paid" : undefined
}

/** A refusal of what was sent: 400. */
export function invalid(message: string): MedusaError {
  return new MedusaError(MedusaError.Types.INVALID_DATA, message)
}
