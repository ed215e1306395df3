#include "events/hub.hpp"

#include <gmock/gmock.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace karmen::events {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HubTest : public testing::Test {
  public:
    Hub<int>::Listener note_as(std::string name) {
        return [this, name](int event) { told.push_back(name + std::to_string(event)); };
    }

    Hub<int> hub;
    std::vector<std::string> told;
};

TEST_F(HubTest, TellsAllInTheOrderInWhichTheySubscribed) {
    hub.publish(0);
    EXPECT_THAT(told, IsEmpty());
    const auto a = hub.subscribe(note_as("a"));
    const auto b = hub.subscribe(note_as("b"));
    hub.publish(1);
    hub.publish(2);
    EXPECT_THAT(told, ElementsAre("a1", "b1", "a2", "b2"));
}

TEST_F(HubTest, TellsNobodyWhoHasUnsubscribed) {
    auto a = std::optional(hub.subscribe(note_as("a")));
    const auto b = hub.subscribe(note_as("b"));
    a.reset();
    hub.publish(1);
    EXPECT_THAT(told, ElementsAre("b1"));
}

TEST_F(HubTest, AListenerMayUnsubscribeItselfAndTheNextOne) {
    std::optional<Hub<int>::Subscription> self;
    std::optional<Hub<int>::Subscription> next;
    self.emplace(hub.subscribe([&](int) {
        self.reset();
        next.reset();
        told.emplace_back("once");
    }));
    next.emplace(hub.subscribe(note_as("never")));
    const auto last = hub.subscribe(note_as("last"));
    hub.publish(1);
    hub.publish(2);
    EXPECT_THAT(told, ElementsAre("once", "last1", "last2"));
}

TEST_F(HubTest, WhoSubscribesMeanwhileIsToldFromTheNextEventOn) {
    std::vector<Hub<int>::Subscription> later;
    const auto first =
        hub.subscribe([&](int event) { later.push_back(hub.subscribe(note_as(std::to_string(event)))); });
    hub.publish(1);
    EXPECT_THAT(told, IsEmpty());
    hub.publish(2);
    EXPECT_THAT(told, ElementsAre("12"));
}

TEST_F(HubTest, AllSeeTheSameOrderIfAListenerPublishes) {
    const auto publisher = hub.subscribe([&](int event) {
        if (event == 1) hub.publish(2);
    });
    const auto a = hub.subscribe(note_as("a"));
    const auto b = hub.subscribe(note_as("b"));
    hub.publish(1);
    EXPECT_THAT(told, ElementsAre("a1", "b1", "a2", "b2"));
}

TEST_F(HubTest, ASubscriptionMayOutliveTheHub) {
    auto short_lived = std::make_unique<Hub<int>>();
    const auto subscription = short_lived->subscribe(note_as("a"));
    short_lived->publish(1);
    short_lived.reset();
    EXPECT_THAT(told, ElementsAre("a1"));
}

}  // namespace
}  // namespace karmen::events
