package io.assent.sample.order;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/** What the shop sells, and to whom. */
@Component
class Catalogue {

    /** @param image path of its picture, below the storefront's root */
    record Product(String sku, String name, String description, long pricePence, String image) {}

    /** @param note tells a visitor why to choose this customer */
    record ShopCustomer(String customer, String name, String note) {}

    private static final List<Product> PRODUCTS = List.of(
            product("kettle", "Copper kettle", "Whistles in a major third. 1.8 litres, for every hob.", 5_800),
            product("lantern", "Storm lantern", "Paraffin, brass and patience. Burns for twenty hours.", 3_450),
            product("blanket", "Wool blanket", "Woven in Shetland from undyed wool, 130 × 180 cm.", 8_900),
            product("mug", "Enamel mug", "Chips with dignity. Good for tea, soup and pencils.", 950),
            product("bowl", "Stoneware bowl", "Thrown by hand and glazed in sea green, 16 cm.", 1_800),
            product("lamp", "Reading lamp", "An arm that stays where you put it. Brass, 60 cm.", 12_500),
            product("notebook", "Field notebook", "Squared paper that takes rain and fountain pens.", 720),
            product("birdhouse", "Bird house", "Larch, with a door of 32 mm: great tits and nuthatches.", 2_600),
            product("candles", "Beeswax candles", "Four of them, dipped eleven times. They smell of June.", 650),
            product("board", "Oak board", "For bread and for everything else. Oiled, 45 cm.", 3_200),
            product("plant", "Rubber plant", "Forgives holidays. About 40 cm, with its pot.", 2_250),
            product("clock", "Station clock", "Keeps time, and says so quietly. 30 cm across.", 7_400));

    private static final List<ShopCustomer> CUSTOMERS = List.of(
            new ShopCustomer("ada", "Ada", "buys without looking at prices"),
            new ShopCustomer("ben", "Ben", "has enough for a good lamp"),
            new ShopCustomer("cleo", "Cleo", "will be refused most things"));

    private final Map<String, Product> bySku = new LinkedHashMap<>();

    Catalogue() {
        PRODUCTS.forEach(product -> bySku.put(product.sku(), product));
    }

    List<Product> products() {
        return PRODUCTS;
    }

    Optional<Product> product(String sku) {
        return Optional.ofNullable(bySku.get(sku));
    }

    List<ShopCustomer> customers() {
        return CUSTOMERS;
    }

    private static Product product(String sku, String name, String description, long pricePence) {
        return new Product(sku, name, description, pricePence, "/images/" + sku + ".svg");
    }
}
