//! Suspicion by distance from the mean: −log10(Q(y)), where Q is the upper tail of the standard normal distribution.
//!
//! Between two entries of the table the value is interpolated. The curve is convex with a second derivative below
//! 1/ln 10, so with a step of 1/8 the line between two entries lies at most (1/8)²/8/ln 10 = 0.00085 above it; rounding
//! adds less than 0.001. Above the last entry the curve goes on along the last line, which grows more slowly than it.

/// Distance between two entries, in millionths of a deviation.
const STEP: i128 = 125_000;
/// Distance of the first entry from the mean, in millionths of a deviation; before it there is no suspicion.
const FIRST: i128 = -3_000_000;

/// `round(-log10(erfc(y / sqrt 2) / 2) * 1e6)` for y = −3, −2.875 … 16.
#[rustfmt::skip]
const PHI_MICRO: [i128; 153] = [
    587, 878, 1_296, 1_886, 2_705, 3_828, 5_342, 7_355, 9_994, 13_406, 17_756, 23_229, 30_029, 38_373,
    48_492, 60_628, 75_026, 91_937, 111_611, 134_295, 160_231, 189_653, 222_786, 259_844, 301_030, 346_535,
    396_538, 451_205, 510_692, 575_142, 644_688, 719_451, 799_546, 885_074, 976_131, 1_072_806, 1_175_177,
    1_283_318, 1_397_298, 1_517_178, 1_643_016, 1_774_864, 1_912_770, 2_056_779, 2_206_932, 2_363_267,
    2_525_818, 2_694_619, 2_869_699, 3_051_086, 3_238_805, 3_432_881, 3_633_336, 3_840_190, 4_053_463,
    4_273_172, 4_499_335, 4_731_967, 4_971_082, 5_216_695, 5_468_818, 5_727_464, 5_992_644, 6_264_367,
    6_542_646, 6_827_488, 7_118_903, 7_416_899, 7_721_485, 8_032_667, 8_350_454, 8_674_850, 9_005_864,
    9_343_501, 9_687_767, 10_038_667, 10_396_206, 10_760_390, 11_131_223, 11_508_709, 11_892_854,
    12_283_660, 12_681_132, 13_085_273, 13_496_088, 13_913_579, 14_337_750, 14_768_603, 15_206_143,
    15_650_371, 16_101_290, 16_558_903, 17_023_213, 17_494_222, 17_971_932, 18_456_345, 18_947_464,
    19_445_291, 19_949_828, 20_461_076, 20_979_038, 21_503_714, 22_035_108, 22_573_221, 23_118_053,
    23_669_608, 24_227_885, 24_792_888, 25_364_616, 25_943_072, 26_528_256, 27_120_171, 27_718_817,
    28_324_195, 28_936_306, 29_555_153, 30_180_734, 30_813_053, 31_452_109, 32_097_904, 32_750_439,
    33_409_714, 34_075_731, 34_748_490, 35_427_993, 36_114_239, 36_807_230, 37_506_967, 38_213_450,
    38_926_680, 39_646_658, 40_373_384, 41_106_859, 41_847_085, 42_594_060, 43_347_787, 44_108_265,
    44_875_496, 45_649_479, 46_430_216, 47_217_707, 48_011_952, 48_812_952, 49_620_708, 50_435_220,
    51_256_488, 52_084_513, 52_919_295, 53_760_836, 54_609_134, 55_464_191, 56_326_008, 57_194_584,
];

/// Suspicion in thousandths at `y_micro` millionths of a deviation above the mean. Never falls as `y_micro` rises.
pub(super) fn phi_milli(y_micro: i128) -> u64 {
    if y_micro < FIRST {
        return 0;
    }
    let at = y_micro - FIRST;
    let index = usize::try_from(at / STEP)
        .unwrap_or(usize::MAX)
        .min(PHI_MICRO.len() - 2);
    let (low, high) = (PHI_MICRO[index], PHI_MICRO[index + 1]);
    let beyond = at - STEP * index as i128;
    let phi = low + (high - low) * beyond / STEP;
    u64::try_from(phi / 1_000).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// −log10(Q(y)) in floating point: Simpson's rule over the density from `y` to `y + 12`.
    fn reference(y: f64) -> f64 {
        let density = |x: f64| (-(x * x - y * y) / 2.0).exp();
        let (steps, width) = (24_000, 12.0 / 24_000.0);
        let inner: f64 = (1..steps)
            .map(|i| density(y + f64::from(i) * width) * if i % 2 == 1 { 4.0 } else { 2.0 })
            .sum();
        let integral = (density(y) + inner + density(y + 12.0)) * width / 3.0;
        let ln_tail = integral.ln() - y * y / 2.0 - (2.0 * std::f64::consts::PI).sqrt().ln();
        -ln_tail / std::f64::consts::LN_10
    }

    #[test]
    fn the_table_and_the_lines_between_stay_within_the_documented_error() {
        for micro in (FIRST..16_000_000).step_by(13_577) {
            let expected = reference(micro as f64 / 1e6) * 1e3;
            let found = phi_milli(micro) as f64;
            let error = found - expected;
            assert!(
                (-1.01..0.86).contains(&error),
                "at {micro}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn well_known_quantiles_have_their_suspicion() {
        // One in ten, a hundred, a thousand, a million.
        let quantiles = [
            (1_281_552, 1_000),
            (2_326_348, 2_000),
            (3_090_232, 3_000),
            (4_753_424, 6_000),
        ];
        for (y_micro, phi) in quantiles {
            assert!(
                phi_milli(y_micro).abs_diff(phi) <= 1,
                "{y_micro}: {}",
                phi_milli(y_micro)
            );
        }
        assert_eq!(phi_milli(0), 301, "a half");
    }

    #[test]
    fn the_ends_are_safe() {
        assert_eq!(phi_milli(i128::MIN / 4), 0);
        assert_eq!(phi_milli(FIRST - 1), 0);
        assert!(phi_milli(17_000_000) > phi_milli(16_000_000));
        assert!(phi_milli(i128::from(u64::MAX)) > phi_milli(1_000_000_000));
    }
}
