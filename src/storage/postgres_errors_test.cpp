#include "storage/postgres_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karmen::storage {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(PostgresErrors, MapsEveryStateThatMatters) {
    const std::pair<const char*, ErrorCode> expected[] = {
        {"23505", ErrorCode::kConflict},           {"53100", ErrorCode::kDiskFull},
        {"     ", ErrorCode::kStorageUnavailable}, {"08006", ErrorCode::kStorageUnavailable},
        {"57P01", ErrorCode::kStorageUnavailable}, {"57P03", ErrorCode::kStorageUnavailable},
        {"53300", ErrorCode::kStorageUnavailable}, {"53200", ErrorCode::kStorageUnavailable},
        {"25006", ErrorCode::kStorageUnavailable}, {"26000", ErrorCode::kStorageUnavailable},
        {"0A000", ErrorCode::kStorageUnavailable}, {"XX001", ErrorCode::kStorageUnavailable},
        {"57014", ErrorCode::kOverloaded},         {"40001", ErrorCode::kOverloaded},
        {"40P01", ErrorCode::kOverloaded},         {"2201B", ErrorCode::kInvalidInput},
        {"22021", ErrorCode::kInvalidInput},       {"22001", ErrorCode::kInvalidInput},
        {"22P02", ErrorCode::kInternal},           {"23503", ErrorCode::kInternal},
        {"42501", ErrorCode::kInternal},           {"42P01", ErrorCode::kInternal}};
    for (const auto& [state, code] : expected) EXPECT_EQ(postgres_error(state, "ERROR:  x").code(), code) << state;
}

TEST(PostgresErrors, KeepsTheNamesOfThingsAndNoValues) {
    const Error conflict = postgres_error("23505",
                                          "Cannot execute query. Fatal error. ERROR:  duplicate key value violates "
                                          "unique constraint \"users_username_key\"\n"
                                          "DETAIL:  Key (username)=(secret) already exists.\n");
    EXPECT_THAT(conflict.what(), HasSubstr("users_username_key"));
    EXPECT_THAT(conflict.what(), Not(HasSubstr("secret")));
    const Error syntax = postgres_error("22P02", "ERROR:  invalid input syntax for type uuid: \"secret\"");
    EXPECT_THAT(syntax.what(), HasSubstr("22P02 ERROR:  invalid input syntax for type uuid"));
    EXPECT_THAT(syntax.what(), Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace karmen::storage
