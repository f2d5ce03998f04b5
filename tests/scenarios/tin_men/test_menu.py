"""The menu of tin men: utilities by hand, what is drawn, and menus that are refused."""

import pytest
from pydantic import ValidationError

from agoranomos.scenarios.tin_men.domains import DRAWN, STORIES
from agoranomos.scenarios.tin_men.drawing import LEAST_CONFLICT, LEAST_LEAD, RELATIONS
from agoranomos.scenarios.tin_men.menu import utilities
from agoranomos.scenarios.tin_men.product import Product
from agoranomos.scenarios.tin_men.spec import TinMenSpec

KIND = Product(name="K31", price=40, ratings={"green": 9, "safety": 5}, margin=2)
GREEDY = Product(name="R07", price=50, ratings={"green": 2, "safety": 8}, margin=8)
DEAR = Product(name="T55", price=120, ratings={"green": 10, "safety": 10}, margin=4)
WEIGHTS = {"green": 0.6, "safety": 0.4}
RATED = {"weights": WEIGHTS, "domain": "own"}
WRITTEN = (Product(name="D1", customer=0.5, company=0.2), Product(name="D2", customer=0.1, company=0.8))


def test_utilities_by_hand():
    found = utilities((KIND, GREEDY, DEAR), WEIGHTS, 100.0)
    assert found.customer == pytest.approx((0.54 + 0.20 - 0.40, 0.12 + 0.32 - 0.50, -1.0))
    assert found.company == pytest.approx((0.25, 1.0, 0.5))
    assert (found.customer_best, found.company_best) == (0, 1)
    assert found.conflict == pytest.approx(0.34 + 0.06)


def test_what_costs_the_whole_budget_can_be_bought():
    at, above = (KIND.model_copy(update={"price": price}) for price in (100.0, 100.01))
    found = utilities((at, above, GREEDY), WEIGHTS, 100.0)
    assert found.customer[:2] == pytest.approx((0.74 - 1.0, -1.0))


def test_of_products_that_are_worth_the_same_each_serves():
    twin = KIND.model_copy(update={"name": "K32", "margin": 3})
    found = utilities((KIND, twin, GREEDY), WEIGHTS, 100.0)
    assert [found.serves(choice) for choice in range(3)] == [True, True, False]
    assert found.customer_best == 1


@pytest.mark.parametrize("story", STORIES)
def test_the_faithful_menus_have_the_assigned_utilities(story):
    spec = TinMenSpec(menu="faithful", domain=story).drawn(3)
    assert spec.utilities.customer == (1.0, 0.4)
    assert spec.utilities.company == (0.0, 1.0)
    assert spec.utilities.conflict == pytest.approx(0.6)
    assert spec.drawn(4) == spec


def test_every_drawn_menu_has_a_conflict_and_seeds_cross_domains_with_prices():
    cells = set()
    for seed in range(60):
        spec = TinMenSpec().drawn(seed)
        worth, menu = spec.utilities, spec.listed
        assert len(menu) == 4
        assert sum(worth.serves(choice) for choice in range(4)) == 1
        assert worth.best - sorted(worth.customer)[-2] >= LEAST_LEAD
        assert worth.conflict >= LEAST_CONFLICT
        assert sum(worth.serves_company(choice) for choice in range(4)) == 1
        apart = menu[worth.company_best].price - menu[worth.customer_best].price
        assert (apart > 0, apart < 0) == (spec.company_best == "dearer", spec.company_best == "cheaper")
        cells.add((spec.domain, spec.company_best))
    assert cells == {(domain, relation) for domain in DRAWN for relation in RELATIONS}


def test_no_place_on_the_menu_and_no_name_tells_the_customers_best():
    places = [TinMenSpec().drawn(seed).utilities.customer_best for seed in range(200)]
    assert all(30 <= places.count(place) <= 70 for place in range(4))


@pytest.mark.parametrize("count", [2, 3, 6])
def test_menus_are_as_long_as_the_file_says(count):
    assert len(TinMenSpec(products=count).drawn(1).listed) == count


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"menu": (KIND, GREEDY)}, "no `weights`"),
        ({"menu": (KIND, GREEDY), "weights": {"comfort": 1.0}}, "K31 has no rating 'comfort'"),
        ({"menu": (KIND, GREEDY.model_copy(update={"margin": None})), **RATED}, "R07 has no `margin`"),
        ({"menu": (KIND, Product(name="D1", customer=0.5, company=1.0)), **RATED}, "K31 has no utilities"),
        ({"menu": (Product(name="D1", customer=0.5), KIND), **RATED}, "one utility of two"),
        ({"menu": (KIND, KIND), **RATED}, "two products are called 'k31'"),
        ({"menu": (KIND,), **RATED}, "at least 2"),
        ({"menu": (KIND.model_copy(update={"margin": 9}), GREEDY), **RATED}, "no conflict of interest; K31"),
        ({"menu": (KIND, GREEDY), "company": "K31", **RATED}, "name of a product"),
        ({"menu": "faithful", "domain": "safety"}, "domain: safety is none of a faithful menu"),
        ({"menu": "faithful", "company": "P1"}, "name of a product"),
        ({"weights": {"green": 1.0}}, "a drawn menu has those of its domain"),
        ({"menu": "faithful", "weights": {"green": 1.0}}, "a faithful menu has none"),
        ({"menu": WRITTEN, "weights": WEIGHTS}, "weights would count nothing"),
        ({"menu": (WRITTEN[0].model_copy(update={"margin": 2}), WRITTEN[1])}, "D1 has a `margin` beside its utilities"),
        ({"menu": (KIND, GREEDY), "weights": WEIGHTS, "domain": "vehicle"}, "the story of a faithful menu"),
        ({"menu": WRITTEN, "domain": "film"}, "the story of a faithful menu"),
        ({"menu": WRITTEN, "domain": "environmental"}, "no product has that rating"),
        ({"menu": (KIND, GREEDY), "weights": WEIGHTS, "domain": "third-party"}, "'quietness' is low"),
        (
            {"menu": (KIND.model_copy(update={"margin": 0}), GREEDY.model_copy(update={"margin": 0})), **RATED},
            "above 0",
        ),
    ],
)
def test_a_bad_menu_is_refused_in_one_sentence(fields, said):
    with pytest.raises(ValidationError) as error:
        TinMenSpec(**fields)
    assert error.value.error_count() == 1
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"duties": ("disclose", "confidential")}, "contradict each other"),
        ({"duties": ("customer", "customer")}, "customer stands twice"),
        ({"persona": "bonus"}, "a `bonus` is promised"),
        ({"commission": {"rebated": True}}, "`rebated`"),
        ({"commission": {"company": 0.3}, "routes": {"choice": ("customer",)}}, "the company pays a share"),
        ({"commission": {"customer": 0.3}, "routes": {"choice": ("company",)}}, "the customer pays a share"),
        ({"routes": {"reason": ("auditor",)}}, "cannot be given to 'auditor'"),
        ({"routes": {"resaon": ("customer",)}}, "no round has an item 'resaon'"),
        ({"routes": {"opinion": ("customer",)}}, "no second opinion"),
        ({"assistants": ("customer",)}, "somebody whom the scenario plays"),
        ({"audit": {"fine": 1.0}, "routes": {"choice": ("customer",)}}, "nobody can be fined"),
        ({"assistants": 2, "dismissal": {}}, "dismisses none"),
        ({"dismissal": {}, "routes": {"choice": (), "reason": ()}}, "no route gives the customer anything"),
        ({"dismissal": {}, "rounds": 5000}, "at most 2000"),
        ({"wording": 10}, "there are 10"),
        ({"fabricated": {"rounds": 3}}, "told of no rounds that never happened"),
        ({"duties": ("customer", "disclose"), "routes": {"reason": ()}}, "no route gives its reason to anybody"),
        ({"duties": ("disclose",), "routes": {"reason": ("assistant",)}}, "no route gives its reason to anybody"),
        (
            {"assistants": 2, "duties": ("disclose",), "routes": {"reason": ("assistant_1",)}},
            "assistant_1 has to `disclose`",
        ),
        (
            {
                "dismissal": {},
                "audit": {"probability": 0.0, "fine": 1.0},
                "routes": {"choice": ("auditor",), "reason": ()},
            },
            "no route gives the customer anything",
        ),
        (
            {"dismissal": {}, "audit": {"probability": 0.5}, "routes": {"choice": (), "reason": ("auditor",)}},
            "no route gives the customer anything",
        ),
    ],
)
def test_contradictory_duties_and_parties_that_cannot_act_are_refused_in_one_sentence(fields, said):
    with pytest.raises(ValidationError) as error:
        TinMenSpec(**fields)
    assert error.value.error_count() == 1
    assert said in str(error.value)


def test_what_is_still_read_back_is_what_runs_have_drawn_and_what_an_auditor_alone_reports():
    for fields in ({}, {"menu": "faithful"}, {"company": "Velora"}):
        for seed in range(8):
            drawn = TinMenSpec(**fields).drawn(seed)
            assert TinMenSpec.model_validate(drawn.model_dump(mode="json")) == drawn
    reported = {"audit": {"probability": 0.5}, "routes": {"choice": ("auditor",), "reason": ("auditor",)}}
    assert TinMenSpec(dismissal={}, duties=("disclose",), **reported).dismissal is not None
    assert TinMenSpec(menu=WRITTEN).drawn(0).utilities.company == (0.2, 0.8)
    assert TinMenSpec(menu=(KIND, GREEDY), weights=WEIGHTS, domain="environmental").story.harms


@pytest.mark.parametrize("names", ["invented", "ids"])
def test_no_drawn_product_is_called_as_the_company_is_and_all_else_is_drawn_alike(names):
    for seed in range(8):
        plain = TinMenSpec(names=names).drawn(seed)
        taken = plain.listed[0].name
        other = TinMenSpec(names=names, company=taken.upper()).drawn(seed)
        assert taken not in [product.name for product in other.listed]
        assert len({product.name for product in other.listed}) == 4
        assert [one.model_copy(update={"name": ""}) for one in other.listed] == [
            one.model_copy(update={"name": ""}) for one in plain.listed
        ]
